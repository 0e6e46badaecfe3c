// What a change would do to requests that were kept, before it is made.
import * as z from "zod";
import { settingsOf } from "../../env/settings.ts";
import { replaySchema } from "../../model/api/replay.ts";
import { sharedSecret } from "../../tokens/shared-secret.ts";
import { isRefusal } from "../http/answer.ts";
import { lacksNamespace } from "../operator/operator.ts";
import { documentsBody } from "../register/documents-body.ts";
import { type ControlApp, register } from "../register/register.ts";
import { keptBy } from "../view/receipts.ts";
import { canReplay, differencesOf, proposedMesh } from "../view/replay.ts";

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
    query: z.object({
      limit: z.coerce
        .number()
        .int()
        .min(1)
        .max(500)
        .default(200)
        .meta({ description: "How many requests, the newest." }),
    }),
    body: documentsBody,
    answer: replaySchema,
    refusals: ["validation", "storageUnavailable"],
    async handle({ body, query, request, env, ctx, store, operator, now }) {
      if (!body.ok) {
        return body.refusal;
      }
      for (const { document } of body.documents) {
        const outside = lacksNamespace(operator, document.metadata.namespace);
        if (outside) {
          return outside;
        }
      }
      const { isLocalMesh: localMesh, meshDomain } = settingsOf(env);
      const hasSecret = (name: string): boolean => sharedSecret(env, name) !== null;
      const after = await proposedMesh(store, body.documents, { now, localMesh, meshDomain, hasSecret });
      if (isRefusal(after)) {
        return after;
      }
      const { revision } = await store.head();
      const [before, { receipts }] = await Promise.all([
        store.snapshot(revision),
        keptBy({ env, store, operator }, { most: query.limit }, undefined),
      ]);
      if (app.dataPlane === null || before === null) {
        return { problem: "storageUnavailable", detail: "The mesh as it is now cannot be read." };
      }
      const able = receipts.filter(canReplay).toReversed();
      const pairs = await app.dataPlane.replay({ before, after, receipts: able }, request, env, ctx);
      const since = able[0] === undefined ? null : new Date(able[0].at).toISOString();
      const skipped = receipts.length - pairs.length;
      return { body: { revision, replayed: pairs.length, skipped, since, items: differencesOf(pairs) } };
    },
  });
}
