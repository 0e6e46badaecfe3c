// Role × verb × call, made from the OpenAPI document: no other verb, and no header that speaks of another verb, opens
// what the call itself keeps closed. What each call answers to whom is in matrix.worker.test.ts.
import { beforeAll, describe, expect, it } from "vitest";
import type { Role } from "../../src/model/api/resource.ts";
import { roles } from "../../src/model/word/roles.ts";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml, tokenFor } from "../support/worker/admin.ts";
import { emptyRegistry } from "../support/worker/registry.ts";

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly role: Role;
  readonly scope: string | undefined;
}

interface Described {
  readonly operationId: string;
  readonly "x-selvage-role": Role | "public";
  readonly "x-selvage-scope"?: string;
}

const VALUES: Readonly<Record<string, string>> = {
  ns: "shop",
  kind: "service",
  name: "orders",
  svc: "orders",
  id: "0123456789ab",
  n: "1",
};
const VERBS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const OVERRIDES = ["x-http-method-override", "x-http-method", "x-method-override", "_method"];

let operations: readonly Operation[];
/** Who sends: nobody, each role, and an operator of another namespace. */
const senders = new Map<string, { readonly token: string | null; readonly role: Role | null }>();

beforeAll(async () => {
  await emptyRegistry();
  const { text } = await ask("GET", "/_selvage/openapi.json", { token: null });
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, Described>> };
  operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, one]) => {
      const role = one["x-selvage-role"];
      if (!path.startsWith("/_selvage/v1/") || role === "public") {
        return [];
      }
      const filled = path.replaceAll(/\{(.+?)\}/g, (_, name: string) => VALUES[name] ?? "one");
      return [{ id: one.operationId, method: method.toUpperCase(), path: filled, role, scope: one["x-selvage-scope"] }];
    }),
  );
  await applied(serviceYaml("orders"));
  senders.set("nobody", { token: null, role: null });
  for (const role of roles) {
    senders.set(role, { token: await tokenFor(role), role });
  }
  senders.set("elsewhere", { token: await tokenFor("operator", ["elsewhere"]), role: "operator" });
}, FIRST_LOAD_MS);

/** What the sender is refused with before anything is looked at; null = it may. */
function refusal({ role, scope }: Operation, who: string): 401 | 403 | null {
  const sender = senders.get(who);
  if (sender === undefined || sender.role === null) {
    return 401;
  }
  if (roles.indexOf(sender.role) < roles.indexOf(role)) {
    return 403;
  }
  return who === "elsewhere" && scope !== "each" ? 403 : null;
}

const send = async (method: string, path: string, who: string, headers: Record<string, string> = {}): Promise<number> =>
  (await ask(method, path, { token: senders.get(who)?.token ?? null, headers })).status;
const revision = async (): Promise<number> => (await api("GET", "/resources")).body.revision;

describe("every call, for nobody, each role and an operator of another namespace", { timeout: 120_000 }, () => {
  it("is refused as its role and scope say", async () => {
    expect(operations.length).toBeGreaterThan(20);
    for (const operation of operations) {
      for (const who of senders.keys()) {
        const expected = refusal(operation, who);
        if (expected === null) {
          continue;
        }
        const status = await send(operation.method, operation.path, who);
        expect([operation.id, who, status]).toEqual([operation.id, who, expected]);
      }
    }
  });

  it("answers HEAD as it answers GET, without a body", async () => {
    for (const { id, method, path } of operations) {
      if (method !== "GET") {
        continue;
      }
      for (const who of senders.keys()) {
        const head = await ask("HEAD", path, { token: senders.get(who)?.token ?? null });
        expect([id, who, head.status, head.text]).toEqual([id, who, await send("GET", path, who), ""]);
      }
    }
  });

  it("answers no verb that it does not have: 404 or 405, and nothing is written", async () => {
    const before = await revision();
    const paths = new Map<string, Set<string>>();
    for (const { path, method } of operations) {
      const taken = paths.get(path) ?? new Set<string>();
      taken.add(method);
      if (method === "GET") {
        taken.add("HEAD");
      }
      paths.set(path, taken);
    }
    for (const [path, taken] of paths) {
      for (const verb of VERBS) {
        if (taken.has(verb)) {
          continue;
        }
        // Another template may fit the same path (`/{ns}/{kind}/{name}`): then that call's own rule holds, for nobody
        // too.
        const status = await send(verb, path, "nobody");
        expect([path, verb, [401, 404, 405].includes(status)]).toEqual([path, verb, true]);
      }
    }
    expect(await revision()).toBe(before);
  });

  it("goes by the verb that was sent, whatever a header says about another", async () => {
    const before = await revision();
    for (const operation of operations) {
      if (operation.method === "GET") {
        continue;
      }
      for (const name of OVERRIDES) {
        const headers = { [name]: operation.method };
        // A viewer's GET stays a GET of that path, and nobody's stays nobody's.
        for (const who of ["nobody", "viewer"]) {
          const plain = await send("GET", operation.path, who);
          expect([operation.id, name, who, await send("GET", operation.path, who, headers)]).toEqual([
            operation.id,
            name,
            who,
            plain,
          ]);
        }
      }
    }
    expect(await revision()).toBe(before);
  });

  it("lets no pages of other origins in", async () => {
    for (const { path } of operations) {
      const preflight = await ask("OPTIONS", path, {
        token: null,
        headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
      });
      expect([path, preflight.status >= 400]).toEqual([path, true]);
      expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

describe("what is not in the document", () => {
  it.each([
    "/_selvage/v1",
    "/_selvage/v1/",
    "/_selvage/v1/users",
    "/_selvage/v1/admin",
    "/_selvage/v2/tokens",
    "/_selvage/v1/tokens/x/y",
    "/_selvage/debug",
    "/_selvage/.env",
  ])("%s is a 404 for everybody", async (path) => {
    for (const who of senders.keys()) {
      expect([who, await send("GET", path, who)]).toEqual([who, 404]);
    }
  });
});
