// What a page begins with, read for who asks: the reads of `selvage status`, made by the same code, each a call of this
// same app with the reader's own proof. As an answer of its own, and within the document of the page.
import { createClient } from "../../cli/session/client.ts";
import { listResources } from "../../cli/session/list-resources.ts";
import type { Whoami } from "../../model/api/operators.ts";
import type { Overview } from "../../model/api/overview.ts";
import { meshOverview, runtimeOverview, type OverviewRead } from "../../status/mesh-read.ts";
import type { Identity } from "../operator/identity.ts";
import { noteIdentity } from "../operator/identified.ts";
import { API_PREFIX, type ControlApp } from "../register/register.ts";
import { answerRead, requestAs, type Visit } from "./read-as.ts";

/** A mesh of more pages or applications than that is asked for the rest by the reader. */
export const MOST_READS = 64;
const TIMEOUT_MS = 20_000;

export async function readOverview(
  app: ControlApp,
  { request, env, ctx }: Visit,
  identity: Identity,
  window: string,
): Promise<OverviewRead> {
  const answers: Overview["answers"][number][] = [];
  let reads = 0;
  const client = createClient({
    server: new URL(request.url).origin,
    token: null,
    timeoutMs: TIMEOUT_MS,
    async fetch({ pathname, search }) {
      // How the isolate is that serves the reader, that one says itself: it may be another Worker's.
      const isOurs = pathname.startsWith(API_PREFIX);
      reads += isOurs ? 1 : 0;
      if (!isOurs || reads > MOST_READS) {
        return new Response(null, { status: 503 });
      }
      const path = `${pathname}${search}`;
      const read = requestAs(request, path);
      noteIdentity(read, identity);
      const { status, value } = await answerRead(app, read, { env, ctx });
      answers.push({ path, status, value });
      return Response.json(value, { status });
    },
  });
  const listed = listResources(client, {});
  const documents = listed.then((answer) => (answer.ok ? answer.value.items : []));
  const [who, , mesh, runtime] = await Promise.all([
    client.call<Whoami>("GET", "/whoami"),
    client.call("GET", "/stats", { query: { window } }),
    meshOverview(client, listed),
    runtimeOverview(client, documents),
  ]);
  return { overview: { answers }, isWhole: reads <= MOST_READS, mesh, runtime, who: who.ok ? who.value : null };
}
