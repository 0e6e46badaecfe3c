// What the document of the page brings along, for who is known by their proof. Whatever goes wrong here is no fault of
// the page: it comes without, and asks by itself.
import { Store } from "../../store/store.ts";
import { callerAddress } from "../operator/caller-address.ts";
import { refuseForgery } from "../operator/forgery.ts";
import { identifyOperator } from "../operator/identify.ts";
import type { ControlApp } from "../register/register.ts";
import type { Visit } from "./read-as.ts";
import type { OverviewRead } from "../../status/mesh-read.ts";
import { readOverview } from "./read-overview.ts";

/** Where a read is slow, the page is there before it. */
const PATIENCE_MS = 1_500;

/** @returns null = nobody is signed in, or it cannot be had soon */
export function readOpening(app: ControlApp, visit: Visit, window: string): Promise<OverviewRead | null> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(null), PATIENCE_MS);
    void reading(app, visit, window)
      .catch(() => null)
      .then((read) => {
        clearTimeout(late);
        resolve(read);
        return read;
      });
  });
}

async function reading(app: ControlApp, visit: Visit, window: string): Promise<OverviewRead | null> {
  const { request, env, ctx } = visit;
  const address = callerAddress({ request, env });
  const identity = await identifyOperator(request, { env, ctx, store: new Store(env.DB), address, now: Date.now() });
  if ("refusal" in identity) {
    return null;
  }
  // As for any read: what a browser proves by itself proves nothing where another site led it here.
  const mayBeForged = identity.by === "session" || identity.by === "access";
  return mayBeForged && refuseForgery(request) !== null ? null : readOverview(app, visit, identity, window);
}
