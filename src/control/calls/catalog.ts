// The catalog: which services there are, where callers reach them, who answers, and what they speak.
import * as z from "zod";
import { catalogSchema } from "../../model/api/endpoints.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { consumerReader, operatorReader } from "../consumer/reader.ts";
import { mayReadWhole } from "../consumer/seen-service.ts";
import { namespaceParameter, serviceParameter } from "../http/route-parameters.ts";
import { coversNamespace, lacksNamespace } from "../operator/operator.ts";
import { noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";
import { wholeCatalog } from "../view/catalog-entry.ts";
import { seenCatalog, seenDescription } from "../view/consumer-catalog.ts";
import { readDescription } from "../view/openapi-description.ts";

const tag = "catalog";

export function registerCatalog(app: ControlApp): void {
  register(app, {
    id: "getCatalog",
    method: "get",
    path: "/catalog",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "Services with their addresses, versions, endpoints and descriptions.",
    description:
      "Consumers (an Application's credentials), and operators who ask for the view of consumers, get public services in brief, those with " +
      "a contract in force in full, and nothing of any other: no endpoints, no labels.",
    params: z.object({}),
    query: z.object({
      namespace: namespaceParameter.optional(),
      view: z
        .enum(["operators", "consumers"])
        .default("operators")
        .meta({ description: "`consumers`: as the applications of the operator's namespaces see it." }),
    }),
    body: noBody,
    answer: catalogSchema,
    refusals: [],
    async handle({ query: { namespace, view }, store, env, ctx, operator, now }) {
      if (view === "consumers") {
        const reader = await operatorReader(operator, { env, ctx, now });
        return reader === null ? NOT_READY : { body: await seenCatalog({ store, env, reader, namespace }) };
      }
      const outside = namespace === undefined ? null : lacksNamespace(operator, namespace);
      if (outside) {
        return outside;
      }
      const { items, revision } = await wholeCatalog(store, env, namespace);
      return { body: { items: items.filter((one) => coversNamespace(operator, one.namespace)), revision } };
    },
    async handleConsumer({ query: { namespace }, store, env, consumer }) {
      return { body: await seenCatalog({ store, env, reader: consumerReader(consumer), namespace }) };
    },
  });

  register(app, {
    id: "getServiceOpenApi",
    method: "get",
    path: "/catalog/{ns}/{svc}/openapi.json",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "The service's OpenAPI description: the inline one, or fetched from where the Service says.",
    description:
      "Fetched without redirects, for at most 5 s and 2 MiB; YAML is answered as JSON. For consumers with a contract in force, too: its " +
      "`servers` are then the service's addresses at the mesh.",
    params: z.object({ ns: namespaceParameter, svc: serviceParameter }),
    query: z.object({}),
    body: noBody,
    answer: z.looseObject({}).meta({ id: "OpenApiDescription", description: "An OpenAPI document." }),
    refusals: ["notFound", "upstreamFailed", "deadlineExceeded"],
    async handle({ params: { ns, svc }, store, env, ctx, operator, request, now }) {
      const outside = lacksNamespace(operator, ns);
      if (outside === null) {
        const read = await readDescription(store, env, ns, svc);
        return read.ok ? { body: read.value } : read.refusal;
      }
      const reader = await operatorReader(operator, { env, ctx, now });
      const may = reader !== null && mayReadWhole(ns, svc, reader);
      return may ? seenDescription({ store, env, reader, request }, { namespace: ns, name: svc }) : outside;
    },
    handleConsumer: ({ params: { ns, svc }, store, env, request, consumer }) =>
      seenDescription({ store, env, reader: consumerReader(consumer), request }, { namespace: ns, name: svc }),
  });
}

const NOT_READY: Refusal = {
  problem: "notReady",
  detail: "The mesh could not load its configuration.",
  headers: { "retry-after": "2" },
};
