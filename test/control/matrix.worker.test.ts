// Role × call, made from the OpenAPI document: a call that is added without a guard, an example or its problems fails
// here.
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import type { Role } from "../../src/model/api/resource.ts";
import { roles } from "../../src/model/word/roles.ts";
import { mintedCredentialsSchema } from "../../src/model/api/clients.ts";
import { problems } from "../../src/model/word/problem.ts";
import { api, applied, ask, FIRST_LOAD_MS, type Sent, serviceYaml, tokenFor } from "../support/worker/admin.ts";
import { sampleReceipt } from "../support/documents/receipts.ts";
import { CLIENTS, GUARD, QUOTA, ROLLOUT, ROLLOUT_CALLS } from "../support/worker/matrix-mesh.ts";
import { emptyRegistry } from "../support/worker/registry.ts";

interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly security: readonly unknown[];
  readonly "x-selvage-role": Role | "public";
  readonly "x-selvage-scope"?: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Record<string, { content: Record<string, { schema: object }> }>;
}

const OPENAPI = { inline: { openapi: "3.1.0" } };
const SERVICE = "/namespaces/shop/service/orders";
const ENDPOINT = "/namespaces/shop/services/orders/endpoints/one";

/** A call of each operation that an admin may make, in order, on the seeded mesh; ids that the seed made in braces. */
const examples: Readonly<Record<string, readonly [path: string, sent?: Sent]>> = {
  apply: ["/apply", { body: serviceYaml("search") }],
  diff: ["/diff", { body: serviceYaml("search", "shop", "exposure: mesh") }],
  validate: ["/validate", { body: serviceYaml("search") }],
  explainRequest: ["/explain", { body: { url: "https://m.example/svc/orders.shop/" } }],
  listRequests: ["/requests"],
  tail: ["/tail"],
  live: ["/live"],
  replayRollback: ["/revisions/1/replay"],
  getOverview: ["/overview"],
  replay: ["/replay", { body: serviceYaml("orders", "shop", "exposure: mesh") }],
  getRequest: ["/requests/{request}"],
  listTraces: ["/traces"],
  getTrace: ["/traces/{trace}"],
  mintTracePass: ["/trace-passes"],
  listResources: ["/resources?namespace=shop"],
  getResource: [SERVICE],
  putResource: [SERVICE, { body: { spec: { openapi: OPENAPI } }, headers: { "if-match": "*" } }],
  listRevisions: ["/revisions"],
  getRevision: ["/revisions/1"],
  getPropagation: ["/revisions/1/propagation"],
  putEndpoint: [ENDPOINT, { body: { url: "http://127.0.0.1:9001" } }],
  listEndpoints: ["/namespaces/shop/services/orders/endpoints"],
  drainEndpoint: [`${ENDPOINT}/drain`],
  heartbeat: ["/heartbeats", { body: { endpoints: [{ namespace: "shop", service: "orders", id: "one" }] } }],
  deleteEndpoint: [ENDPOINT],
  getCatalog: ["/catalog"],
  listLimits: ["/limits"],
  previewLimit: ["/limits/preview?policy=shop/quota"],
  getServiceOpenApi: ["/catalog/shop/orders/openapi.json"],
  mintApplicationCredentials: ["/applications/shop/mobile/credentials"],
  rotateApplicationCredentials: ["/applications/shop/mobile/credentials/rotate"],
  listApplicationCredentials: ["/applications/shop/mobile/credentials"],
  revokeApplicationCredentials: ["/applications/shop/mobile/credentials"],
  revokeApplicationSecret: ["/applications/shop/till/credentials/{secret}"],
  rotateApplication: ["/applications/shop/kiosk/rotate"],
  mintServiceCredentials: ["/services/shop/orders/credentials"],
  rotateServiceCredentials: ["/services/shop/orders/credentials/rotate"],
  listServiceCredentials: ["/services/shop/orders/credentials"],
  revokeServiceCredentials: ["/services/shop/orders/credentials"],
  revokeServiceSecret: ["/services/shop/worker/credentials/{workerSecret}"],
  rotateService: ["/services/shop/cron/rotate"],
  listContracts: ["/contracts"],
  approveContract: ["/contracts/shop/mobile-orders/approve"],
  revokeContract: ["/contracts/shop/mobile-orders/revoke", { body: { reason: "drill" } }],
  restoreContract: ["/contracts/shop/mobile-orders/restore"],
  rejectContract: ["/contracts/shop/till-orders/reject"],
  getStats: ["/stats?service=shop/orders"],
  getGraph: ["/graph"],
  getReport: ["/report?window=1h"],
  listChanges: ["/changes?window=24h"],
  listBreakers: ["/breakers"],
  forceBreaker: ["/breakers/shop/orders/force", { body: { state: "open", reason: "drill" } }],
  ...ROLLOUT_CALLS,
  deleteResource: [SERVICE, { headers: { "if-match": "*" } }],
  rollback: ["/revisions/1/rollback"],
  createToken: ["/tokens", { body: { name: "ci", role: "viewer" } }],
  listTokens: ["/tokens"],
  listKeys: ["/keys"],
  rotateKeys: ["/keys/rotate"],
  revokeKey: ["/keys/{key}/revoke"],
  adoptRegistry: ["/registry/adopt"],
  deleteToken: ["/tokens/{token}"],
  whoami: ["/whoami"],
  listAudit: ["/audit"],
  verifyAudit: ["/audit/verify"],
};

interface Description {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: object };
}

let document: Description;
let operations: readonly Operation[];
const tokens = new Map<string, string>();
const seeded = new Map<string, string>();

beforeAll(async () => {
  await emptyRegistry();
  document = JSON.parse((await ask("GET", "/_selvage/openapi.json", { token: null })).text);
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) =>
      Object.assign({}, operation, { method: method.toUpperCase(), path }),
    ),
  );
  await applied(serviceYaml("orders"));
  await applied(GUARD + QUOTA + ROLLOUT + CLIENTS);
  for (const role of roles) {
    tokens.set(role, await tokenFor(role));
  }
  tokens.set("elsewhere", await tokenFor("operator", ["elsewhere"]));
  const minted = await api("POST", "/tokens", { body: { name: "victim", role: "viewer" } });
  seeded.set("{token}", minted.body.id);
  for (const [name, path] of [
    ["{secret}", "/applications/shop/till/credentials"],
    ["{workerSecret}", "/services/shop/worker/credentials"],
    ["{kiosk}", "/applications/shop/kiosk/credentials"],
    ["{cron}", "/services/shop/cron/credentials"],
  ] as const) {
    const { body } = await api("POST", path);
    seeded.set(name, mintedCredentialsSchema.parse(body).secrets[0]?.id ?? "");
  }
  await env.REQUESTS?.getByName("shop").keep([sampleReceipt({})], 0);
  seeded.set("{request}", sampleReceipt({}).requestId);
  seeded.set("{trace}", sampleReceipt({}).traceId);
  const { body } = await api("GET", "/keys");
  seeded.set("{key}", z.looseObject({ kid: z.string() }).parse(body.items[1]).kid);
}, FIRST_LOAD_MS);

/** Below the API's prefix, and for clients instead of operators: it takes credentials of another kind. */
const OPEN = "createAccessToken";
/** What an Application's credentials open as well; to whom what, is in consumer/consumer.worker.test.ts. */
const CONSUMED: ReadonlySet<string> = new Set(["getCatalog", "getServiceOpenApi"]);
const isGuarded = ({ path, operationId }: Operation) => path.startsWith("/_selvage/v1/") && operationId !== OPEN;
const guarded = () => operations.filter(isGuarded);
const send = (operation: Operation, token: string | null) => {
  const [path, sent] = examples[operation.operationId]!;
  return api(
    operation.method,
    path.replace(/\{.+\}/, (name) => seeded.get(name) ?? name),
    { ...sent, token },
  );
};

describe("every operation", () => {
  it("under /_selvage/v1 says who may call it, and everything else, with the token call, is public", () => {
    expect(guarded().length).toBeGreaterThan(20);
    for (const operation of operations) {
      expect([operation.operationId, operation.security]).toEqual([
        operation.operationId,
        isGuarded(operation)
          ? [{ operator: [] }, ...(CONSUMED.has(operation.operationId) ? [{ consumer: [] }] : [])]
          : [],
      ]);
      expect(isGuarded(operation) ? [...roles] : ["public"]).toContain(operation["x-selvage-role"]);
      if (operation["x-selvage-scope"] === "path") {
        expect(operation.path).toContain("{ns}");
      }
    }
  });

  it("has an example here", () => {
    expect(
      guarded()
        .map(({ operationId }) => operationId)
        .sort(),
    ).toEqual(Object.keys(examples).sort());
  });

  it("answers 401 to nobody and to an unknown token, before it looks at anything else", async () => {
    for (const operation of guarded()) {
      for (const token of [null, "unknown"]) {
        const { status, headers } = await send(operation, token);
        expect([operation.operationId, status]).toEqual([operation.operationId, 401]);
        expect(headers.get("www-authenticate")).toMatch(/^Bearer realm="selvage"/);
      }
    }
  });

  it("answers 403 to every role below its own, naming it", async () => {
    for (const operation of guarded()) {
      const required = operation["x-selvage-role"] as Role;
      for (const role of roles.slice(0, roles.indexOf(required))) {
        const { status, body } = await send(operation, tokens.get(role)!);
        expect([operation.operationId, role, status, body.requiredRole]).toEqual([
          operation.operationId,
          role,
          403,
          required,
        ]);
      }
    }
  });

  it("answers 403 to operators of other namespaces, where it is about one namespace or the whole mesh", async () => {
    for (const operation of guarded()) {
      const scope = operation["x-selvage-scope"];
      const { status } = await send(operation, tokens.get("elsewhere")!);
      if (scope === "path" || scope === "mesh") {
        expect([operation.operationId, status]).toEqual([operation.operationId, 403]);
      } else {
        expect([operation.operationId, scope]).toEqual([operation.operationId, "each"]);
      }
    }
  });

  it(
    "answers an admin as its schema says",
    async () => {
      for (const operationId of Object.keys(examples)) {
        const operation = operations.find((one) => one.operationId === operationId)!;
        const { status, body, text } = await send(operation, tokens.get("admin")!);
        expect([operationId, [200, 201].includes(status), text]).toEqual([operationId, true, text]);
        const schema = operation.responses[status]?.content["application/json"]?.schema;
        expect([operationId, status, schema]).toEqual([operationId, status, expect.any(Object)]);
        const parsed = z.fromJSONSchema(resolved(schema!)).safeParse(body);
        expect([operationId, parsed.error]).toEqual([operationId, undefined]);
      }
    },
    FIRST_LOAD_MS,
  );

  it("may be made by the weakest role that it names", async () => {
    for (const operation of guarded()) {
      const required = operation["x-selvage-role"] as Role;
      const { status, body } = await send(operation, tokens.get(required)!);
      // If-Match: * asks for more than the call itself does.
      const forced = examples[operation.operationId]![1]?.headers?.["if-match"] === "*" && required !== "admin";
      if (forced && status === 403) {
        expect(body.requiredRole).toBe("admin");
      } else {
        expect([operation.operationId, [401, 403].includes(status)]).toEqual([operation.operationId, false]);
      }
    }
  });
});

describe("the OpenAPI document", () => {
  it("is version 3.1, with unique operation ids, summaries, and every path parameter declared", () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operationId, path, parameters, summary } of operations) {
      const declared = (parameters ?? []).filter((one) => one.in === "path").map(({ name }) => name);
      expect([operationId, declared]).toEqual([operationId, [...path.matchAll(/\{(.+?)\}/g)].map(([, name]) => name)]);
      expect([operationId, summary]).toEqual([operationId, expect.stringMatching(/\S/)]);
    }
  });

  it("refers to nothing that it does not hold", () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref!);
    expect(refs.length).toBeGreaterThan(50);
    for (const ref of refs) {
      const found = ref
        .slice(2)
        .split("/")
        .reduce<unknown>((here, step) => Object(here)[step], document);
      expect([ref, found]).toEqual([ref, expect.any(Object)]);
    }
  });

  it("has a problem answer for each refusal, of the status that the code has", () => {
    const schema = { $ref: "#/components/schemas/Problem" };
    // The token call refuses as OAuth does (RFC 6749 §5.2).
    for (const { operationId, path, responses } of operations.filter((one) => one.operationId !== OPEN)) {
      const refusals = Object.entries(responses).filter(([status]) => Number(status) >= 400);
      expect([operationId, refusals.length > 0]).toEqual([operationId, true]);
      for (const [status, { content }] of refusals) {
        expect([operationId, status, content]).toEqual([
          operationId,
          status,
          { "application/problem+json": { schema } },
        ]);
        expect(Object.values(problems).map((problem) => String(problem.status))).toContain(status);
      }
      if (path.startsWith("/_selvage/v1/")) {
        expect(Object.keys(responses)).toEqual(expect.arrayContaining(["400", "401", "403", "500", "503"]));
      }
    }
  });
});

/** A schema of the document with its references inside it. */
function resolved(schema: object) {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas });
  return JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/"));
}
