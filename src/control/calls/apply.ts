// Bundles of documents: applied, planned, checked.
import { settingsOf } from "../../env/settings.ts";
import { sharedSecret } from "../../tokens/shared-secret.ts";
import * as z from "zod";
import { apply } from "../../change/apply.ts";
import { refuseWarnings } from "../../change/verdict.ts";
import { applyResultSchema, validationSchema } from "../../model/api/apply.ts";
import { announceAfter } from "../view/announce-after.ts";
import { isRefusal } from "../http/answer.ts";
import { wholeNumber } from "../http/parameters.ts";
import type { OperationRequest } from "../register/operation.ts";
import { type Documents, documentsBody } from "../register/documents-body.ts";
import { lint } from "../view/lint.ts";
import { lacksNamespace } from "../operator/operator.ts";
import { basisOfMesh, etag } from "../register/precondition.ts";
import { type ControlApp, register } from "../register/register.ts";
import { visiblePart } from "../operator/redact.ts";
import { dryRunShape, writeOptions, writeQueryShape } from "../register/write-options.ts";

const tag = "documents";
const nothing = z.object({});
const ifMatch = {
  name: "if-match",
  description: 'The mesh revision that the write is based on, `"17"`; `*` for admins.',
};

const planQuery = z.object({
  set: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9_.]{0,61}[a-z0-9])?$/, "A set is a name of up to 63 lower-case letters, digits and - _ .")
    .optional()
    .meta({ description: "The apply set that these documents are; what they leave out can be pruned." }),
  prune: writeQueryShape.strict.meta({ description: "Remove documents of the set that are not in the body." }),
  pruneMax: wholeNumber(0, 1_000_000)
    .optional()
    .meta({ description: "Prune up to so many, whatever share of the set they are." }),
  ...writeQueryShape,
});
const applyQuery = planQuery.extend(dryRunShape);
/** Whether it is carried out or not. */
const planRefusals = [
  "validation",
  "strictWarnings",
  "pruneGuard",
  "ownedBySet",
  "stillInUse",
  "outpaced",
  "preconditionFailed",
] as const;

export function registerApply(app: ControlApp): void {
  register(app, {
    id: "apply",
    method: "post",
    path: "/apply",
    role: "operator",
    scope: "each",
    writes: true,
    tag,
    summary: "Apply documents: all or none, as one revision.",
    description:
      "The whole mesh as it would be is compiled first; an error anywhere in it refuses the call. An unchanged mesh gets no revision.",
    params: nothing,
    query: applyQuery,
    body: documentsBody,
    headers: [ifMatch],
    answer: applyResultSchema,
    refusals: planRefusals,
    handle: (exchange) => run(exchange, "apply"),
  });

  register(app, {
    id: "diff",
    method: "post",
    path: "/diff",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "What apply would do, without doing it.",
    params: nothing,
    query: planQuery,
    body: documentsBody,
    headers: [ifMatch],
    answer: applyResultSchema,
    refusals: planRefusals,
    handle: (exchange) => run({ ...exchange, query: { ...exchange.query, dryRun: true } }, "diff"),
  });

  register(app, {
    id: "validate",
    method: "post",
    path: "/validate",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "Check documents, and the whole mesh that they would make.",
    description:
      "Answers 200 with findings also when the documents are not valid; only a body that cannot be read is refused.",
    params: nothing,
    query: nothing,
    body: documentsBody,
    answer: validationSchema,
    refusals: [],
    async handle({ body, store, env, now, operator }) {
      for (const { document } of body.ok ? body.documents : []) {
        const outside = lacksNamespace(operator, document.metadata.namespace);
        if (outside) {
          return outside;
        }
      }
      const { isLocalMesh: localMesh, meshDomain } = settingsOf(env);
      const hasSecret = (name: string): boolean => sharedSecret(env, name) !== null;
      return { body: await lint(store, body, operator, { now, localMesh, meshDomain, hasSecret }) };
    },
  });
}

type BundleExchange = OperationRequest<object, z.output<typeof applyQuery>, Documents>;

async function run(exchange: BundleExchange, source: string) {
  const { body, query, operator, store, request } = exchange;
  if (!body.ok) {
    return body.refusal;
  }
  const incoming = body.documents;
  if (query.strict && body.warnings.length > 0) {
    return refuseWarnings(body.warnings, incoming);
  }
  const basis = basisOfMesh(request.headers, operator, (await store.head()).revision);
  if (isRefusal(basis)) {
    return basis;
  }
  const applied = await apply(store, incoming, {
    ...writeOptions(exchange, { source, ...basis }),
    ...(query.set === undefined ? {} : { set: query.set }),
    prune: query.prune,
    pruneMax: query.pruneMax ?? null,
  });
  if (!applied.ok) {
    return applied.refusal;
  }
  await announceAfter(exchange, applied.result);
  const warnings = [...body.warnings, ...applied.result.warnings];
  return {
    body: visiblePart(operator, { ...applied.result, warnings }),
    headers: { etag: etag(applied.result.revision) },
  };
}
