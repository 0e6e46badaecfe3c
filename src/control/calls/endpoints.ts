// Dynamic registration of one service's endpoints: what an agent, or a deployment script, tells the mesh.
import { settingsOf } from "../../env/settings.ts";
import * as z from "zod";
import { deregisterEndpoint, drainEndpoint, registerEndpoint } from "../../registry/endpoints.ts";
import { endpointListSchema, endpointRequestSchema, endpointStateSchema } from "../../model/api/endpoints.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { auditOf, type AuditSubject } from "../operator/audit-entry.ts";
import { knownHealth, withHealth } from "../view/endpoint-health.ts";
import { jsonBody, noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";
import { lacksEndpointRoom } from "../register/namespace-room.ts";
import { namespaceParameter, serviceParameter } from "../http/route-parameters.ts";
import { staticEndpoints, toEndpoint } from "../register/to-api.ts";

const tag = "endpoints";
const path = "/namespaces/{ns}/services/{svc}/endpoints";
const params = z.object({ ns: namespaceParameter, svc: serviceParameter });
const endpointParams = params.extend({
  id: z.string().min(1).max(100).meta({ description: "Chosen by who registers." }),
});
const nothing = z.object({});

export function registerEndpoints(app: ControlApp): void {
  register(app, {
    id: "listEndpoints",
    method: "get",
    path,
    role: "viewer",
    scope: "path",
    writes: false,
    tag,
    summary: "Endpoints of a service: those of its document, and those that are registered.",
    params,
    query: nothing,
    body: noBody,
    answer: endpointListSchema,
    refusals: ["notFound"],
    async handle({ params: { ns, svc }, store, env }) {
      const stored = await store.document("Service", ns, svc);
      if (stored?.document.kind !== "Service") {
        return noService(ns, svc);
      }
      const [head, registered, health] = await Promise.all([
        store.head(),
        store.endpoints({ namespace: ns, service: svc }),
        knownHealth(env),
      ]);
      const all = [...staticEndpoints(stored.document, settingsOf(env).isLocalMesh), ...registered.map(toEndpoint)];
      return { body: { items: withHealth(all, health), generation: head.generation } };
    },
  });

  register(app, {
    id: "putEndpoint",
    method: "put",
    path: `${path}/{id}`,
    role: "operator",
    scope: "path",
    writes: true,
    tag,
    summary: "Register an endpoint, or register it again.",
    description: "With a `ttl` it stays as long as heartbeats arrive in time. Registering again ends a drain.",
    params: endpointParams,
    query: nothing,
    body: jsonBody(endpointRequestSchema),
    answer: endpointStateSchema,
    creates: true,
    refusals: ["notFound", "validation", "endpointRefused"],
    async handle(exchange) {
      const { params, body, env, store, operator } = exchange;
      if (operator.namespaces !== null && (await store.endpoint(keyOf(params))) === null) {
        const full = lacksEndpointRoom(operator, params.ns, await store.countEndpoints(params.ns));
        if (full) {
          return full;
        }
      }
      const audit = auditEndpoint(exchange, "putEndpoint", params, { ...body });
      const options = { now: audit.at, localMesh: settingsOf(env).isLocalMesh, audit };
      const registered = await registerEndpoint(env, store, keyOf(params), body, options);
      if (!registered.ok) {
        return registered.refusal;
      }
      return { status: registered.created ? 201 : 200, body: toEndpoint(registered.endpoint) };
    },
  });

  register(app, {
    id: "deleteEndpoint",
    method: "delete",
    path: `${path}/{id}`,
    role: "operator",
    scope: "path",
    writes: true,
    tag,
    summary: "Remove a registered endpoint.",
    params: endpointParams,
    query: nothing,
    body: noBody,
    answer: endpointStateSchema,
    refusals: ["notFound"],
    async handle(exchange) {
      const { params, env, store } = exchange;
      const audit = auditEndpoint(exchange, "deleteEndpoint", params);
      const removed = await deregisterEndpoint(env, store, keyOf(params), { now: audit.at, audit });
      return removed.ok ? { body: toEndpoint(removed.endpoint) } : removed.refusal;
    },
  });

  register(app, {
    id: "drainEndpoint",
    method: "post",
    path: `${path}/{id}/drain`,
    role: "operator",
    scope: "path",
    writes: true,
    tag,
    summary: "Send an endpoint no new requests; those that run end in peace.",
    params: endpointParams,
    query: nothing,
    body: noBody,
    answer: endpointStateSchema,
    refusals: ["notFound"],
    async handle(exchange) {
      const { params, env, store } = exchange;
      const audit = auditEndpoint(exchange, "drainEndpoint", params);
      const drained = await drainEndpoint(env, store, keyOf(params), { audit });
      return drained.ok ? { body: toEndpoint(drained.endpoint) } : drained.refusal;
    },
  });
}

type EndpointParams = z.output<typeof endpointParams>;

function keyOf({ ns, svc, id }: EndpointParams) {
  return { namespace: ns, service: svc, id };
}

function auditEndpoint(
  caller: AuditSubject,
  action: string,
  { ns, svc, id }: EndpointParams,
  detail: Readonly<Record<string, unknown>> = {},
) {
  return auditOf(caller, { action, target: `endpoint/${ns}/${svc}/${id}`, detail });
}

function noService(namespace: string, name: string): Refusal {
  return { problem: "notFound", detail: `There is no service ${namespace}/${name}.` };
}
