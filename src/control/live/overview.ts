// `GET /overview`: what a page begins with, as one answer. The reads are those of `selvage status`, made by the same
// code, each a call of this same app with the reader's own proof.
import * as z from "zod";
import { createClient } from "../../cli/session/client.ts";
import { listResources } from "../../cli/session/list-resources.ts";
import { overviewSchema, type Overview } from "../../model/api/overview.ts";
import { meshOverview, runtimeOverview } from "../../status/mesh-read.ts";
import { packed } from "../http/packed.ts";
import { windowQuery } from "../observe/window.ts";
import { noteIdentity } from "../operator/identified.ts";
import { noBody } from "../register/json-body.ts";
import { API_PREFIX, type ControlApp, register } from "../register/register.ts";
import { answerRead, requestAs } from "./read-as.ts";

/** A mesh of more pages or applications than that is asked for the rest by the reader. */
const MOST_READS = 64;
const TIMEOUT_MS = 20_000;

export function registerOverview(app: ControlApp): void {
  register(app, {
    id: "getOverview",
    method: "get",
    path: "/overview",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "signals",
    summary: "What a page begins with as one answer: who the caller is, signals, and what `selvage status` reads.",
    description:
      `Each read is answered as it would be alone, refusals too; ${MOST_READS} at most. ` +
      "Compressed for whoever takes gzip, and without an ETag.",
    params: z.object({}),
    query: z.object({ window: windowQuery.window }),
    body: noBody,
    answer: overviewSchema,
    refusals: [],
    async handle({ query: { window }, request, identity, env, ctx }) {
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
      await Promise.all([
        client.call("GET", "/whoami"),
        client.call("GET", "/stats", { query: { window } }),
        meshOverview(client, listed),
        runtimeOverview(client, documents),
      ]);
      return { body: { answers }, headers: packed(request) };
    },
  });
}
