// Istio's advisories, as far as what they were about exists here: one test an id, each failing when its guard is taken
// out (test/regress/mutations.ts). Which ids cannot apply, and why, is in docs/security.md.
import { beforeAll, describe, expect, it } from "vitest";
import { parseAuthority } from "../../src/decide/route/authority.ts";
import { compileRegex } from "../../src/decide/route/regex.ts";
import { hostilePatterns } from "../support/hostile-regex.ts";
import { api, applied, ask, FIRST_LOAD_MS, serviceYaml as plainService, tokenFor } from "../support/worker/admin.ts";
import { guarded, ORDERS, statusesOf } from "../support/worker/guarded.ts";
import { emptyRegistry } from "../support/worker/registry.ts";
import { problemOf, routeYaml, serviceYaml, testMesh } from "../support/worker/test-mesh.ts";

describe("policies", () => {
  it("CVE-2020-8595: an exact path is not another one with a query, fragment or parameters behind it", async () => {
    const mesh = guarded(["rules: [{to: [{paths: [/health]}]}]"]);
    const urls = [
      "/private?/health",
      "/private#/health",
      "/private;/health",
      "/private%3F/health",
      "/health/..;/private",
    ];
    expect(await statusesOf(mesh, ...urls.map((path) => ORDERS + path))).toEqual([403, 403, 403, 403, 400]);
    expect(await statusesOf(mesh, `${ORDERS}/health?x`, `${ORDERS}/health#x`)).toEqual([200, 200]);
  });

  it.each([
    ["*-x", "a-x", "a-y"],
    ["x-*", "x-a", "y-a"],
    ["x", "x", "xx"],
    ["*", "anything", null],
  ])("CVE-2020-16844: the pattern %s matches in a DENY as it does in an ALLOW", async (pattern, inside, outside) => {
    const fields: readonly (readonly [string, (value: string | null) => [url: string, init: RequestInit]])[] = [
      [
        `to: [{paths: ["${pattern === "*" || pattern.startsWith("*") ? pattern : `/${pattern}`}"]}]`,
        (value) => [`${ORDERS}/${value ?? ""}`, {}],
      ],
      [`to: [{hosts: ["${pattern}"]}]`, (value) => [`http://${value ?? "y"}/svc/orders.shop/`, {}]],
      [
        `when: [{key: "header:x-a", values: ["${pattern}"]}]`,
        (value) => [`${ORDERS}/`, value === null ? {} : { headers: { "x-a": value } }],
      ],
    ];
    for (const [rule, request] of fields) {
      const status = async (action: string, value: string | null): Promise<number> =>
        (await guarded([`action: ${action}, rules: [{${rule}}]`]).send(...request(value))).status;
      expect([rule, await status("ALLOW", inside), await status("DENY", inside)]).toEqual([rule, 200, 403]);
      if (outside === null) {
        continue;
      }
      expect([rule, await status("ALLOW", outside), await status("DENY", outside)]).toEqual([rule, 403, 200]);
    }
  });

  it("CVE-2021-31920: doubled and escaped slashes are not another path", async () => {
    const mesh = guarded(["action: DENY, rules: [{to: [{paths: [/private, /private/*]}]}]"]);
    const urls = ["//private", "/private//x", "///private///", "/private%2Fx", "/%2Fprivate"];
    expect(await statusesOf(mesh, ...urls.map((path) => ORDERS + path))).toEqual([403, 403, 403, 400, 400]);
  });

  it("CVE-2021-39155: a host in capitals, with its port or a dot is the same host", async () => {
    const mesh = guarded(["action: DENY, rules: [{to: [{hosts: [Secret.example]}]}]"]);
    const hosts = ["secret.example", "SECRET.example", "secret.EXAMPLE:8080", "secret.example.", "other.example"];
    const urls = hosts.map((host) => `http://${host}/svc/orders.shop/`);
    expect(await statusesOf(mesh, ...urls)).toEqual([403, 403, 403, 403, 200]);
    // The runtime's own requests are in lower case already; those from the wire are not
    // (test/proxy/wire-requests.test.ts).
    expect(hosts.map((host) => parseAuthority(host)?.host)).toEqual([
      ...Array(4).fill("secret.example"),
      "other.example",
    ]);
  });

  it("CVE-2021-39156: a fragment hides nothing", async () => {
    const mesh = guarded(["action: DENY, rules: [{to: [{paths: [/private]}]}]"]);
    expect(await statusesOf(mesh, `${ORDERS}/private#x`, `${ORDERS}/private#`, `${ORDERS}/private#/../a`)).toEqual([
      403, 403, 403,
    ]);
  });

  it("CVE-2022-21679: what a newer mesh wrote and this one cannot judge allows nothing", async () => {
    for (const [spec, expected] of [
      ["rules: [{}]", 403],
      ["action: DENY, rules: [{}]", 403],
    ] as const) {
      const mesh = guarded([spec]);
      const [policy] = mesh.snapshot.policies.authorization ?? [];
      const condition = { key: "source.moonPhase", values: ["full"], notValues: [], contains: [] };
      (policy!.rules[0]!.when as unknown[]).push(condition);
      expect([spec, ...(await statusesOf(mesh, `${ORDERS}/`))]).toEqual([spec, expected]);
    }
  });

  it("CVE-2026-39350: a dot in a name is a dot", async () => {
    const mesh = guarded(["rules: [{to: [{paths: [/a.b]}]}]"]);
    expect(await statusesOf(mesh, `${ORDERS}/a.b`, `${ORDERS}/axb`)).toEqual([200, 403]);
    const host = guarded(['action: DENY, rules: [{to: [{hosts: ["*.a.b"]}]}]']);
    expect(await statusesOf(host, "http://x.a.b/svc/orders.shop", "http://xxaxb/svc/orders.shop")).toEqual([403, 200]);
  });
});

describe("services", () => {
  it("CVE-2021-31921: a service is reached by its own address or by a route, and by no other name", async () => {
    const mesh = testMesh(
      serviceYaml("orders").replace("exposure: public", "exposure: mesh") +
        serviceYaml("web") +
        routeYaml("[{backendRefs: [{name: web}]}]"),
    );
    const names = [
      "orders.shop.svc.cluster.local",
      "orders.shop",
      "orders",
      "outbound_.80_._.orders.shop.svc.cluster.local",
    ];
    expect(await statusesOf(mesh, ...names.map((name) => `http://${name}/`))).toEqual([404, 404, 404, 404]);
    expect(await statusesOf(mesh, "http://shop.example/svc/orders.shop/")).toEqual([200]);
    expect(mesh.sent.map(({ url }) => new URL(url).hostname)).toEqual(["web.example"]);
  });

  it("ISTIO-SECURITY-2026-001 (bearer realm): no address out of an answer is ever asked", async () => {
    const realm = 'Bearer realm="http://169.254.169.254/token",service="x"';
    const mesh = testMesh(serviceYaml("orders"), {
      service: () =>
        new Response("", { status: 401, headers: { "www-authenticate": realm, location: "http://169.254.169.254/" } }),
    });
    const answer = await mesh.send(`${ORDERS}/`, { headers: { authorization: "Bearer secret" } });
    expect([answer.status, mesh.sent.length]).toEqual([401, 1]);
    const moved = testMesh(serviceYaml("orders"), { service: () => Response.redirect("http://169.254.169.254/", 302) });
    expect((await moved.send(`${ORDERS}/`)).headers.get("location")).toBe("http://169.254.169.254/");
    expect(moved.sent).toHaveLength(1);
  });

  it("GHSA-86vr-4wcv-mm9w: no pattern breaks the compiler", () => {
    for (const pattern of [
      ...hostilePatterns,
      "(".repeat(10_000),
      "((a{100}){100}){100}",
      "[".repeat(500),
      "\\",
      "(?P<a>x)(?P<a>y)",
    ]) {
      const compiled = compileRegex(pattern);
      if (!compiled.ok) {
        expect(compiled.reason).not.toBe("");
      }
    }
    expect(compileRegex("((a{100}){100}){100}").ok).toBe(false);
    expect(compileRegex("a{600}b{600}").ok).toBe(false);
    expect(compileRegex("(".repeat(10_000)).ok).toBe(false);
  });
});

describe("the admin API", () => {
  beforeAll(async () => {
    await emptyRegistry();
    await applied(plainService("orders"));
  }, FIRST_LOAD_MS);

  it("ISTIO-SECURITY-2021-002: a policy that selects nothing says so, loudly, and refuses a strict apply", async () => {
    const policy =
      "apiVersion: selvage.dev/v1\nkind: AuthorizationPolicy\nmetadata: {name: guard, namespace: shop}\nspec: {targetRefs: [{kind: Service, name: ordres}], rules: [{}]}\n";
    const { body } = await api("POST", "/apply?dryRun=true", { body: policy });
    expect(JSON.stringify(body.warnings)).toMatch(/SLV1209.*SLV1311/);
    expect((await api("POST", "/apply?strict=true", { body: policy })).status).toBe(422);
  });

  it("CVE-2022-23635: nobody makes it read a body before it knows them", async () => {
    let read = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        read++;
        controller.enqueue(new Uint8Array(65_536).fill(0x61));
      },
    });
    const { status } = await api("POST", "/apply", { token: "unknown", body: endless });
    expect(status).toBe(401);
    expect(read).toBeLessThan(4);
  });

  it("CVE-2026-31838: who is limited to a namespace sees nothing of another, in no list", async () => {
    const token = await tokenFor("operator", ["partner"]);
    for (const path of ["/resources", "/catalog", "/limits", "/breakers"]) {
      const { status, text } = await api("GET", path, { token });
      expect([path, [200, 403].includes(status), text.includes("orders")]).toEqual([path, true, false]);
    }
    const { status, text } = await api("GET", "/catalog/shop/orders/openapi.json", { token });
    expect([status, text.includes("endpoints")]).toEqual([403, false]);
    for (const path of ["/debug", "/debug/pprof", "/config_dump", "/stats"]) {
      expect([path, (await ask("GET", `/_selvage${path}`, { token })).status !== 200]).toEqual([path, true]);
    }
  });
});

it("a refusal of a policy is the problem that the caller is told, and nothing of the policy's inside", async () => {
  const mesh = guarded([
    'rules: [{from: [{ipBlocks: [203.0.113.77]}], when: [{key: "header:x-key", values: [canary-value]}]}]',
  ]);
  const text = JSON.stringify(await problemOf(await mesh.send(`${ORDERS}/`)));
  expect(text).not.toMatch(/203\.0\.113|canary|x-key/);
});
