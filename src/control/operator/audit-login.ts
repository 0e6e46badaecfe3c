// Logins that were refused, for the audit. Of callers whom nobody knows only a few a minute are written down by each
// isolate: enough to see that somebody tries, too few to fill the registry.
import type { Store } from "../../store/store.ts";
import { auditRefusal } from "./audit-entry.ts";
import type { Identity } from "./identity.ts";

const MOST = 10;
const PER_MS = 60_000;

const recent: number[] = [];

export async function auditLogin(
  store: Store,
  identity: Extract<Identity, { readonly refusal: unknown }>,
  attempt: Omit<Parameters<typeof auditRefusal>[3], "action">,
): Promise<void> {
  const { now } = attempt;
  if (identity.known === undefined) {
    while (recent[0] !== undefined && recent[0] <= now - PER_MS) {
      recent.shift();
    }
    if (recent.length >= MOST) {
      return;
    }
    recent.push(now);
  }
  const named = { ...identity, known: identity.known ?? "unknown" };
  await auditRefusal(store, named, identity.refusal, { action: "login", ...attempt });
}
