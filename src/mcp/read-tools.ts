// Tools that look: each is one call of the admin API, with a few lines for people.
import * as z from "zod";
import type { ApplyResult, Validation } from "../model/api/apply.ts";
import type { BreakerList } from "../model/api/breakers.ts";
import type { ContractList } from "../model/api/clients.ts";
import type { Catalog } from "../model/api/endpoints.ts";
import type { LimitList } from "../model/api/limits.ts";
import type { AuditList } from "../model/api/operators.ts";
import type { RevisionDetail, RevisionList } from "../model/api/registry.ts";
import type { Resource, ResourceList } from "../model/api/resource.ts";
import type { RolloutList } from "../model/api/rollouts.ts";
import { refOf } from "../model/word/refs.ts";
import { keyText } from "../status/key-text.ts";
import { faultsOf } from "../status/conditions.ts";
import * as argument from "./arguments.ts";
import { changeLines } from "./change-lines.ts";
import { told, tool, type Offer } from "./tool.ts";

const { part } = argument;

const documents = tool({
  name: "list_documents",
  kind: "read",
  title: "List documents",
  description: "Documents of the registry (services, routes, policies, …) with their status, page by page.",
  input: z.strictObject({
    kind: argument.kindArgument.optional(),
    namespace: argument.namespaceArgument.optional(),
    labelSelector: z.string().max(1000).optional().describe("`team=shop,tier!=gold`."),
    limit: argument.limitArgument,
    cursor: argument.cursorArgument,
  }),
  run: async (query, { client }) =>
    told(await client.call<ResourceList>("GET", "/resources", { query }), ({ items, revision }) => [
      `revision ${revision}`,
      ...items.map(({ kind, metadata: { namespace, name }, status }) => {
        const faults = faultsOf(status).map(({ reason, message }) => `${reason}: ${message}`);
        return [refOf(kind, namespace, name), ...faults].join(" · ");
      }),
    ]),
});

const document = tool({
  name: "get_document",
  kind: "read",
  title: "Get one document",
  description: "One document whole, with its status: spec, who wrote it, conditions.",
  input: z.strictObject({
    kind: argument.kindArgument,
    namespace: argument.namespaceArgument,
    name: argument.nameArgument,
  }),
  run: async ({ kind, namespace, name }, { client }) =>
    told(
      await client.call<Resource>("GET", `/namespaces/${part(namespace)}/${part(kind)}/${part(name)}`),
      ({ kind: its, metadata, spec }) => [
        `${refOf(its, metadata.namespace, metadata.name)} version ${metadata.resourceVersion}, by ${metadata.updatedBy} at ${metadata.updatedAt}`,
        JSON.stringify(spec),
      ],
    ),
});

const catalogue = tool({
  name: "catalogue",
  kind: "read",
  title: "Catalogue",
  description: "Services with their addresses, versions, endpoints and the health of each.",
  input: z.strictObject({ namespace: argument.namespaceArgument.optional() }),
  run: async (query, { client }) =>
    told(await client.call<Catalog>("GET", "/catalog", { query }), ({ items }) =>
      items.map(({ namespace, name, endpoints }) => {
        const states = [...Map.groupBy(endpoints, ({ version, health }) => `${version ?? "-"} ${health}`)];
        return `${namespace}/${name}: ${states.map(([state, those]) => `${those.length} ${state}`).join(", ") || "no endpoint"}`;
      }),
    ),
});

const history = tool({
  name: "history",
  kind: "read",
  title: "History",
  description: "Revisions of the mesh, newest first: who changed how much, when and why.",
  input: z.strictObject({ limit: argument.limitArgument, cursor: argument.cursorArgument }),
  run: async (query, { client }) =>
    told(await client.call<RevisionList>("GET", "/revisions", { query }), ({ items }) =>
      items.map(({ revision, at, actor, source, reason, summary: { create, update, prune } }) => {
        const why = reason === null ? "" : `: ${reason}`;
        return `${revision} ${at} ${actor} ${source} +${create} ~${update} -${prune}${why}`;
      }),
    ),
});

const revision = tool({
  name: "get_revision",
  kind: "read",
  title: "One revision",
  description: "What one revision changed: each document before and after.",
  input: z.strictObject({ revision: z.int().min(1).describe("Its number.") }),
  run: async ({ revision: n }, { client }) =>
    told(await client.call<RevisionDetail>("GET", `/revisions/${n}`), ({ at, actor, reason, changes }) => [
      `${n} ${at} ${actor}${reason === null ? "" : `: ${reason}`}`,
      ...changes.map(({ ref, action }) => `${action} ${ref}`),
    ]),
});

const diff = tool({
  name: "diff",
  kind: "read",
  title: "Diff",
  description: "What applying these documents would change. Writes nothing, and keeps no plan: plan_apply does.",
  input: z.strictObject({
    documents: argument.documentsArgument,
    set: argument.setArgument,
    prune: argument.pruneArgument,
  }),
  run: async ({ documents: content, set, prune }, { client }) =>
    told(
      await client.call<ApplyResult>("POST", "/diff", {
        query: { set, prune },
        text: { type: "application/yaml", content },
      }),
      changeLines,
    ),
});

const validate = tool({
  name: "validate",
  kind: "read",
  title: "Validate",
  description: "Whether these documents are valid, alone and together with the whole mesh; what lint has to say.",
  input: z.strictObject({ documents: argument.documentsArgument }),
  run: async ({ documents: content }, { client }) =>
    told(
      await client.call<Validation>("POST", "/validate", { text: { type: "application/yaml", content } }),
      ({ valid, errors, warnings }) => [
        valid ? "valid" : "not valid",
        ...[...errors, ...warnings].map(
          ({ severity, code, ref, pointer, message, hint }) =>
            `${severity} ${code} ${ref}${pointer}: ${message}${hint === undefined ? "" : ` (${hint})`}`,
        ),
      ],
    ),
});

const limits = tool({
  name: "limits",
  kind: "read",
  title: "Limits",
  description: "Use of each rate limit by key, nearest to exhaustion first.",
  input: z.strictObject({ namespace: argument.namespaceArgument.optional(), limit: argument.limitArgument }),
  run: async (query, { client }) =>
    told(await client.call<LimitList>("GET", "/limits", { query }), ({ items }) =>
      items.map((one) => {
        const { namespace, policy, limit, used, capacity, refused, shadow } = one;
        return `${namespace}/${policy} ${limit} ${keyText(one)}: ${used} of ${capacity} used, ${refused} refused${shadow ? " (shadow)" : ""}`;
      }),
    ),
});

const breakers = tool({
  name: "breakers",
  kind: "read",
  title: "Circuit breakers",
  description: "State of every breaker, ejection and forced state, as the whole fleet sees them.",
  input: z.strictObject({
    namespace: argument.namespaceArgument.optional(),
    service: argument.serviceArgument.optional(),
  }),
  run: async (query, { client }) =>
    told(await client.call<BreakerList>("GET", "/breakers", { query }), ({ items }) =>
      items.flatMap(({ namespace, service, known, forced, breakers: rows }) => [
        `${namespace}/${service}${known ? "" : ": its coordinator does not answer"}`,
        ...forced.map(
          ({ version, state, until, reason }) => `  ${version ?? "all"} forced ${state} until ${until}: ${reason}`,
        ),
        ...rows.map(
          ({ target, name, state, ok, failed, slow, policy }) =>
            `  ${target} ${name} ${state}: ${ok} ok, ${failed} failed, ${slow} slow (${policy})`,
        ),
      ]),
    ),
});

const rollouts = tool({
  name: "rollouts",
  kind: "read",
  title: "Rollouts",
  description: "How far each Rollout has come, what speaks for and against its step, and what was decided.",
  input: z.strictObject({
    namespace: argument.namespaceArgument.optional(),
    service: argument.serviceArgument.optional(),
  }),
  run: async (query, { client }) =>
    told(await client.call<RolloutList>("GET", "/rollouts", { query }), ({ items }) =>
      items.flatMap(({ namespace, name, service, canary, known, phase, weight, step, steps, guards, turns }) => [
        `${namespace}/${name} of ${service}: ${known ? `${phase}, step ${step} of ${steps.length}` : "its controller does not answer"}, ${canary.version} has ${weight} %`,
        ...guards.map((guard) => `  ${guard.name} ${guard.verdict}: ${guard.says}`),
        ...turns.slice(-1).map(({ at, reason }) => `  last decided ${at}: ${reason}`),
      ]),
    ),
});

const contracts = tool({
  name: "contracts",
  kind: "read",
  title: "Contracts",
  description: "Which applications may use which services, under which tier, and who waits for an answer.",
  input: z.strictObject({ namespace: argument.namespaceArgument.optional() }),
  run: async (query, { client }) =>
    told(await client.call<ContractList>("GET", "/contracts", { query }), ({ items }) =>
      items.map(
        ({ namespace, name, application, service, tier, state }) =>
          `${namespace}/${name}: ${application} → ${service}, tier ${tier}: ${state}`,
      ),
    ),
});

const audit = tool({
  name: "audit",
  kind: "read",
  title: "Audit",
  description: "Writes that happened and that were refused, newest first. Needs a token for the whole mesh.",
  input: z.strictObject({ limit: argument.limitArgument, cursor: argument.cursorArgument }),
  run: async (query, { client }) =>
    told(await client.call<AuditList>("GET", "/audit", { query }), ({ items }) =>
      items.map(
        ({ seq, at, actor, action, target, outcome, reason, detail }) =>
          `${seq} ${at} ${actor}${"agent" in detail ? " (agent)" : ""} ${action} ${target} ${outcome}${reason === null ? "" : `: ${reason}`}`,
      ),
    ),
});

export const readTools: readonly Offer[] = [
  documents,
  document,
  catalogue,
  history,
  revision,
  diff,
  validate,
  limits,
  breakers,
  rollouts,
  contracts,
  audit,
];
