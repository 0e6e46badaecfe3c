// What a change would do to requests that were kept, before it is made.
import * as z from "zod";
import { settingsOf } from "../../env/settings.ts";
import { replaySchema, type ReplayAnswer } from "../../model/api/replay.ts";
import type { Snapshot } from "../../model/snapshot/snapshot.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { sharedSecret } from "../../tokens/shared-secret.ts";
import { isRefusal } from "../http/answer.ts";
import { revisionParameter } from "../http/route-parameters.ts";
import { lacksNamespace } from "../operator/operator.ts";
import { documentsBody } from "../register/documents-body.ts";
import { noBody } from "../register/json-body.ts";
import type { OperationRequest } from "../register/operation.ts";
import { type ControlApp, register } from "../register/register.ts";
import { wholeNumberOr } from "../http/parameters.ts";
import { keptBy } from "../view/receipts.ts";
import { canReplay, differencesOf, proposedMesh, returnedMesh } from "../view/replay.ts";

const limit = wholeNumberOr(200, 1, 500).meta({ description: "How many requests, the newest." });

export function registerReplay(app: ControlApp): void {
  register(app, {
    id: "replay",
    method: "post",
    path: "/replay",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "requests",
    summary:
      "What a proposed change would do to kept requests: newly denied, newly limited, rerouted, by caller and route.",
    description:
      "Nothing is written and nothing is sent. Requests that are kept are not all there were, so figures are shares of these; limits are filled by them alone.",
    params: z.object({}),
    query: z.object({ limit }),
    body: documentsBody,
    answer: replaySchema,
    refusals: ["validation", "storageUnavailable"],
    async handle({ body, ...exchange }) {
      if (!body.ok) {
        return body.refusal;
      }
      for (const { document } of body.documents) {
        const outside = lacksNamespace(exchange.operator, document.metadata.namespace);
        if (outside) {
          return outside;
        }
      }
      return heldAgainstKept(app, exchange, await proposedMesh(exchange.store, body.documents, givenOf(exchange)));
    },
  });

  register(app, {
    id: "replayRollback",
    method: "post",
    path: "/revisions/{n}/replay",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "requests",
    summary: "What the return to a revision would do to kept requests, as `POST /replay` tells it of a change.",
    description:
      "Of documents alone, as the return is: credentials, decisions about contracts and registered endpoints stay as they are. Nothing is written and nothing is sent.",
    params: z.object({ n: revisionParameter }),
    query: z.object({ limit }),
    body: noBody,
    answer: replaySchema,
    refusals: ["notFound", "validation", "storageUnavailable"],
    async handle(exchange) {
      const { params, store, operator } = exchange;
      return heldAgainstKept(app, exchange, await returnedMesh(store, params.n, operator, givenOf(exchange)));
    },
  });
}

type Asked = Pick<
  OperationRequest<unknown, { readonly limit: number }, unknown>,
  "query" | "request" | "env" | "ctx" | "store" | "operator" | "now"
>;

function givenOf({ env, now }: Pick<Asked, "env" | "now">) {
  const { isLocalMesh: localMesh, meshDomain } = settingsOf(env);
  return { now, localMesh, meshDomain, hasSecret: (name: string): boolean => sharedSecret(env, name) !== null };
}

/** @param after the mesh that would be */
async function heldAgainstKept(
  { dataPlane }: ControlApp,
  { query, request, env, ctx, store, operator }: Asked,
  after: Snapshot | Refusal,
): Promise<{ readonly body: ReplayAnswer } | Refusal> {
  if (isRefusal(after)) {
    return after;
  }
  const { revision } = await store.head();
  const [before, { receipts }] = await Promise.all([
    store.snapshot(revision),
    keptBy({ env, store, operator }, { most: query.limit }, undefined),
  ]);
  if (dataPlane === null || before === null) {
    return { problem: "storageUnavailable", detail: "The mesh as it is now cannot be read." };
  }
  const able = receipts.filter(canReplay).toReversed();
  const pairs = await dataPlane.replay({ before, after, receipts: able }, request, env, ctx);
  const since = able[0] === undefined ? null : new Date(able[0].at).toISOString();
  const skipped = receipts.length - pairs.length;
  return { body: { revision, replayed: pairs.length, skipped, since, items: differencesOf(pairs) } };
}
