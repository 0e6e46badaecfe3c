// Tools that prepare a change: each tries it, or looks at what it would change, and keeps the exact call under an id.
// Nothing of the mesh changes until `confirm` is called with that id.
import * as z from "zod";
import type { ApplyResult } from "../model/api/apply.ts";
import { forceRequestSchema, type BreakerList } from "../model/api/breakers.ts";
import type { ContractList } from "../model/api/clients.ts";
import type { EndpointState } from "../model/api/endpoints.ts";
import type { Resource } from "../model/api/resource.ts";
import type { RolloutList } from "../model/api/rollouts.ts";
import type { ApiAnswer, Failure } from "../cli/session/client.ts";
import type { AgentMesh, PlannedCall } from "./agent-mesh.ts";
import * as argument from "./arguments.ts";
import { changeLines, countsOf } from "./change-lines.ts";
import { carryOut, revisionOf } from "./carry-out.ts";
import type { ToolAnswer } from "./told.ts";
import { tool, type Offer } from "./tool.ts";

const { part } = argument;

interface Intent {
  readonly call: PlannedCall;
  readonly reason: string;
  readonly summary: string;
}

type Outcome = ToolAnswer | { readonly failure: Failure };

async function kept(mesh: AgentMesh, intent: Intent, revision: number, preview: ToolAnswer): Promise<Outcome> {
  const { planId, expiresAt } = await mesh.keepPlan({ ...intent, revision });
  const { summary, reason } = intent;
  return {
    data: { planId, expiresAt, revision, summary, reason, preview: preview.data },
    lines: [
      `Planned, not done: ${summary}`,
      `Show this to a person; then confirm with planId ${planId} until ${expiresAt}, while the mesh is at revision ${revision}.`,
      ...preview.lines,
    ],
  };
}

/** By a dry run of the very call: what it would be refused for, it is refused for now. */
async function tried(mesh: AgentMesh, intent: Intent): Promise<Outcome> {
  const { call } = intent;
  const dry = await carryOut<ApplyResult>(mesh.client, { ...call, query: { ...call.query, dryRun: true } });
  if (!dry.ok) {
    return dry;
  }
  const { planId: _digest, ...change } = dry.value;
  const based = { ...call, ifMatch: call.ifMatch ?? `"${change.revision}"` };
  const summary = `${intent.summary}: ${countsOf(change)}`;
  const preview = { data: change, lines: changeLines(dry.value) };
  return kept(mesh, { ...intent, summary, call: based }, change.revision, preview);
}

/** Where there is no dry run: what is there now is shown. `missing`: what to say when it is not. */
async function shown<Value>(
  mesh: AgentMesh,
  intent: Intent & { readonly missing: string },
  answer: ApiAnswer<Value>,
  find: (value: Value) => object | undefined,
): Promise<Outcome> {
  if (!answer.ok) {
    return answer;
  }
  const { missing, ...meant } = intent;
  const found = find(answer.value);
  if (found === undefined) {
    return { failure: { exitCode: 4, status: 404, message: `Not planned, since it cannot be done: ${missing}` } };
  }
  const head = await revisionOf(mesh.client);
  return head.ok ? kept(mesh, meant, head.value, { data: { now: found }, lines: [JSON.stringify(found)] }) : head;
}

const agents = { manager: "agent" };

const apply = tool({
  name: "plan_apply",
  kind: "plan",
  title: "Plan: apply documents",
  description: "Prepares to apply documents, all or none, as one revision. Shows what would change; confirm does it.",
  input: z.strictObject({
    documents: argument.documentsArgument,
    reason: argument.reasonArgument,
    set: argument.setArgument,
    prune: argument.pruneArgument,
    strict: z.boolean().default(false).describe("Warnings refuse too."),
  }),
  run: ({ documents, reason, set, prune, strict }, mesh) => {
    const query = { ...agents, reason, prune, strict, ...(set === undefined ? {} : { set }) };
    return tried(mesh, {
      call: { method: "POST", path: "/apply", query, documents },
      reason,
      summary: "apply documents",
    });
  },
});

const rollback = tool({
  name: "plan_rollback",
  kind: "plan",
  title: "Plan: roll back",
  description: "Prepares to bring the documents of an earlier revision back, as a new revision.",
  input: z.strictObject({
    revision: z.int().min(1).describe("The revision to return to."),
    reason: argument.reasonArgument,
  }),
  run: ({ revision, reason }, mesh) =>
    tried(mesh, {
      call: { method: "POST", path: `/revisions/${revision}/rollback`, query: { ...agents, reason } },
      reason,
      summary: `roll back to revision ${revision}`,
    }),
});

const remove = tool({
  name: "plan_delete",
  kind: "plan",
  title: "Plan: delete a document",
  description: "Prepares to delete one document.",
  input: z.strictObject({
    kind: argument.kindArgument,
    namespace: argument.namespaceArgument,
    name: argument.nameArgument,
    reason: argument.reasonArgument,
  }),
  async run({ kind, namespace, name, reason }, mesh) {
    const path = `/namespaces/${part(namespace)}/${part(kind)}/${part(name)}`;
    const there = await mesh.client.call<Resource>("GET", path);
    if (!there.ok) {
      return there;
    }
    const ifMatch = `"${there.value.metadata.resourceVersion}"`;
    return tried(mesh, {
      call: { method: "DELETE", path, query: { ...agents, reason }, ifMatch },
      reason,
      summary: `delete ${there.value.kind} ${namespace}/${name}`,
    });
  },
});

const breaker = tool({
  name: "plan_breaker",
  kind: "plan",
  title: "Plan: force a breaker",
  description: "Prepares to force a service, or one version of it, open or closed for a while, or back to auto.",
  input: z.strictObject({
    namespace: argument.namespaceArgument,
    service: argument.serviceArgument,
    state: z.enum(["open", "closed", "auto"]).describe("open refuses, closed lets all through, auto undoes."),
    version: argument.nameArgument.optional().describe("Only this version."),
    ttl: forceRequestSchema.shape.ttl.describe("A Go duration of at most 24h; 10m when left out."),
    reason: argument.reasonArgument,
  }),
  async run({ namespace, service, reason, ...order }, mesh) {
    const path = `/breakers/${part(namespace)}/${part(service)}/force`;
    const which = order.version === undefined ? "" : ` version ${order.version}`;
    const intent = {
      call: { method: "POST", path, body: { ...order, reason } },
      reason,
      summary: `force the breaker of ${namespace}/${service}${which} ${order.state}`,
      missing: `there is no service ${namespace}/${service} with a breaker; circuitBreaker in a TrafficPolicy gives it one.`,
    } as const;
    const answer = await mesh.client.call<BreakerList>("GET", "/breakers", { query: { namespace, service } });
    return shown(mesh, intent, answer, ({ items }) => items[0]);
  },
});

const rollout = tool({
  name: "plan_rollout",
  kind: "plan",
  title: "Plan: an order to a Rollout",
  description:
    "Prepares to promote (the next step at once, with full the last), pause, resume, abort (nobody gets the canary any " +
    "more) or retry (from the first step) a Rollout. Refused if it has moved by itself since.",
  input: z.strictObject({
    namespace: argument.namespaceArgument,
    name: argument.nameArgument,
    action: z.enum(["promote", "pause", "resume", "abort", "retry"]),
    full: z.boolean().default(false).describe("Of promote: to the last step."),
    reason: argument.reasonArgument,
  }),
  async run({ namespace, name, action, full, reason }, mesh) {
    const answer = await mesh.client.call<RolloutList>("GET", "/rollouts", { query: { namespace } });
    const now = answer.ok ? answer.value.items.find((one) => one.name === name) : undefined;
    const body = { reason, ...(action === "promote" && { full }) };
    const intent = {
      missing: `there is no Rollout ${namespace}/${name}.`,
      call: {
        method: "POST",
        path: `/rollouts/${part(namespace)}/${part(name)}/${action}`,
        body,
        ...(now !== undefined && { ifMatch: `"${now.version}"` }),
      },
      reason,
      summary: `${action} the Rollout ${namespace}/${name}`,
    } as const;
    return shown(mesh, intent, answer, () => now);
  },
});

const drain = tool({
  name: "plan_drain",
  kind: "plan",
  title: "Plan: drain an endpoint",
  description: "Prepares to send one registered endpoint no new requests.",
  input: z.strictObject({
    namespace: argument.namespaceArgument,
    service: argument.serviceArgument,
    endpoint: argument.nameArgument.describe("The endpoint's id, as in the catalogue."),
    reason: argument.reasonArgument,
  }),
  async run({ namespace, service, endpoint, reason }, mesh) {
    const path = `/namespaces/${part(namespace)}/services/${part(service)}/endpoints`;
    const intent = {
      call: { method: "POST", path: `${path}/${part(endpoint)}/drain` },
      reason,
      summary: `drain the endpoint ${endpoint} of ${namespace}/${service}`,
      missing: `${namespace}/${service} has no registered endpoint ${endpoint}; what stands in its document is changed there.`,
    } as const;
    const answer = await mesh.client.call<{ readonly items: readonly EndpointState[] }>("GET", path);
    return shown(mesh, intent, answer, ({ items }) => items.find(({ id }) => id === endpoint));
  },
});

const contract = tool({
  name: "plan_contract",
  kind: "plan",
  title: "Plan: decide a contract",
  description: "Prepares to approve, reject, revoke or restore a contract of an application with a service.",
  input: z.strictObject({
    namespace: argument.namespaceArgument,
    name: argument.nameArgument,
    action: z.enum(["approve", "reject", "revoke", "restore"]),
    reason: argument.reasonArgument,
  }),
  async run({ namespace, name, action, reason }, mesh) {
    const intent = {
      missing: `there is no contract ${namespace}/${name}.`,
      call: { method: "POST", path: `/contracts/${part(namespace)}/${part(name)}/${action}`, body: { reason } },
      reason,
      summary: `${action} the contract ${namespace}/${name}`,
    } as const;
    const answer = await mesh.client.call<ContractList>("GET", "/contracts", { query: { namespace } });
    return shown(mesh, intent, answer, ({ items }) =>
      items.find((one) => one.namespace === namespace && one.name === name),
    );
  },
});

export const planTools: readonly Offer[] = [apply, rollback, remove, breaker, rollout, drain, contract];
