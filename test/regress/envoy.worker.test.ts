// Envoy's advisories, as far as what they were about exists here: one test an id, each failing when its guard is taken
// out (test/regress/mutations.ts). Which ids cannot apply, and why, is in docs/security.md.
import { describe, expect, it } from "vitest";
import { canonicalPath } from "../../src/model/word/canonical-path.ts";
import { addressBits } from "../../src/decide/text/ip.ts";
import { inspectRequest, isDropped, keptRequestId } from "../../src/decide/header/headers.ts";
import { compileRegex } from "../../src/decide/route/regex.ts";
import { matchesRegex } from "../../src/decide/route/regex-machine.ts";
import { refusalForAddress } from "../../src/decide/text/address.ts";
import { html } from "../../src/control/page/html.ts";
import { guarded, ORDERS, statusesOf } from "../support/worker/guarded.ts";
import { problemOf, routeYaml, serviceYaml, testMesh } from "../support/worker/test-mesh.ts";

const DENY_PRIVATE = "action: DENY, rules: [{to: [{paths: [/private, /private/*]}]}]";
const DENY_ADMIN_ROLE = 'action: DENY, rules: [{when: [{key: "header:x-role", values: [admin]}]}]';
const ALLOW_USER_ROLE = 'action: ALLOW, rules: [{when: [{key: "header:x-role", values: [user]}]}]';

describe("paths", () => {
  it("CVE-2019-9901: /info/../private is judged as /private", async () => {
    const mesh = guarded([DENY_PRIVATE]);
    const urls = ["/info/../private", "/info/%2e%2e/private", "/info/./../private/x", "/info//../private"];
    expect(await statusesOf(mesh, ...urls.map((path) => ORDERS + path))).toEqual([403, 403, 403, 200]);
    expect(mesh.sent.map(({ url }) => new URL(url).pathname)).toEqual(["/info/private"]);
    // A test's own requests have been resolved before they are sent; those from the wire have not.
    for (const path of ["/info/../private", "/info/%2e%2E/private", "/info/.%2e/./private"]) {
      expect(canonicalPath(`http://any.example${path}`)).toMatchObject({ path: "/private", matchPath: "/private" });
    }
  });

  it("CVE-2021-29492: escaped slashes and backslashes go nowhere", async () => {
    const mesh = guarded([DENY_PRIVATE]);
    const urls = ["/info%2F..%2Fprivate", "/info/..%2fprivate", "/info/..%5Cprivate", "/private%2fx"];
    expect(await statusesOf(mesh, ...urls.map((path) => ORDERS + path))).toEqual([400, 400, 400, 400]);
    expect(mesh.sent).toEqual([]);
  });

  it("CVE-2021-32779: what stands after # is no part of the path", async () => {
    const mesh = guarded(["action: ALLOW, rules: [{to: [{paths: [/open/*]}]}]"]);
    const urls = ["/private#/../open/x", "/private#?/open/", "/open/x#/private"];
    expect(await statusesOf(mesh, ...urls.map((path) => ORDERS + path))).toEqual([403, 403, 200]);
    expect(mesh.sent.map(({ url }) => url)).toEqual(["http://orders.example/open/x"]);
  });

  it("CVE-2025-46821: a star or any other character of a path is nothing but itself", async () => {
    for (const char of "-._~!$&'()*+,=:@") {
      const mesh = guarded([`action: DENY, rules: [{to: [{paths: ["/a/*"]}]}]`]);
      expect([char, ...(await statusesOf(mesh, `${ORDERS}/a/${char}/b`, `${ORDERS}/a/b${char}`))]).toEqual([
        char,
        403,
        403,
      ]);
    }
    const exact = guarded(["action: ALLOW, rules: [{to: [{paths: [/a/b]}]}]"]);
    expect(await statusesOf(exact, `${ORDERS}/a/*`, `${ORDERS}/*`, `${ORDERS}/a/b`)).toEqual([403, 403, 200]);
  });

  it("CVE-2026-73511: parameters of any segment hide nothing", async () => {
    const mesh = guarded([DENY_PRIVATE]);
    const urls = ["/private;v=1", "/private;v=1/x", "/private;/x;y", "/private%3Bv=1/x", "/private/x;.css"];
    expect(await statusesOf(mesh, ...urls.map((path) => ORDERS + path))).toEqual([403, 403, 403, 403, 403]);
  });

  it("CVE-2026-73551: dots with parameters go nowhere", async () => {
    const mesh = guarded([DENY_PRIVATE]);
    const urls = [
      "/info/..;/private",
      "/info/..;a=b/private",
      "/info/.;/x",
      "/info/..%3B/private",
      "/info/%2e%2e;/private",
    ];
    expect(await statusesOf(mesh, ...urls.map((path) => ORDERS + path))).toEqual([400, 400, 400, 400, 400]);
    expect(mesh.sent).toEqual([]);
  });

  it("CVE-2026-73553: the route, the policy and the service go by the same segments", async () => {
    const mesh = guarded([DENY_PRIVATE]);
    const sent = ["/;x/svc/orders.shop/private", "/svc/;x/orders.shop/private", "/svc;a/orders.shop;b/private;c"];
    expect(await statusesOf(mesh, ...sent.map((path) => `http://any.example${path}`))).toEqual([400, 400, 403]);
    expect(mesh.sent).toEqual([]);
  });

  it("CVE-2019-14993: a pattern that backtracks for ever elsewhere is matched in linear time", () => {
    const compiled = compileRegex("(a+)+(a|aa)+b");
    if (!compiled.ok) {
      throw new Error(compiled.reason);
    }
    expect(matchesRegex(compiled.program, `${"a".repeat(4000)}c`)).toBe(false);
    expect(matchesRegex(compiled.program, `${"a".repeat(4000)}b`)).toBe(true);
  });
});

describe("headers", () => {
  const twice = (one: string, two: string): RequestInit => ({
    headers: [
      ["x-role", one],
      ["x-role", two],
    ],
  });

  it("CVE-2020-25017: each value of a repeated header is looked at", async () => {
    const mesh = guarded([DENY_ADMIN_ROLE]);
    for (const values of [twice("user", "admin"), twice("admin", "user")]) {
      expect((await mesh.send(`${ORDERS}/`, values)).status).toBe(403);
    }
    expect((await mesh.send(`${ORDERS}/`, twice("user", "guest"))).status).toBe(200);
  });

  it("CVE-2026-26308: a repeated header is not one text that no exact value equals", async () => {
    const allow = guarded([ALLOW_USER_ROLE]);
    expect((await allow.send(`${ORDERS}/`, twice("user", "admin"))).status).toBe(403);
    expect((await allow.send(`${ORDERS}/`, twice("user", "user"))).status).toBe(200);
    const except = guarded(['action: DENY, rules: [{when: [{key: "header:x-role", notValues: [user]}]}]']);
    expect((await except.send(`${ORDERS}/`, twice("user", "admin"))).status).toBe(403);
  });

  it("CVE-2021-32777: an authorization service sees every value of a repeated header", async () => {
    const auth =
      "{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: auth}, http: {allowedHeaders: [x-role]}}}";
    const mesh = testMesh(
      serviceYaml("orders") + serviceYaml("auth") + routeYaml(`[{backendRefs: [{name: orders}], filters: [${auth}]}]`),
    );
    await mesh.send("http://shop.example/", twice("admin", "user"));
    expect(mesh.sent.map(({ headers }) => headers.get("x-role"))).toEqual(["admin, user", "admin, user"]);
  });

  it("CVE-2023-27488, CVE-2026-73552: bytes that are no text deny, also where a value is excluded", async () => {
    const except = 'rules: [{when: [{key: "header:x-role", notValues: [admin]}]}]';
    for (const spec of [ALLOW_USER_ROLE, DENY_ADMIN_ROLE, except]) {
      const mesh = guarded([spec]);
      // What the runtime hands out for bytes that are no UTF-8; test/regress/envoy-wire.test.ts sends the bytes.
      expect((await mesh.send(`${ORDERS}/`, { headers: { "x-role": "us\ufffder" } })).status).toBe(403);
    }
  });

  it("CVE-2023-27487, CVE-2024-45806: nothing that Envoy believes of itself comes from a caller", async () => {
    const mesh = testMesh(serviceYaml("orders"));
    const said = [
      "x-envoy-original-path",
      "x-envoy-internal",
      "x-envoy-external-address",
      "x-envoy-upstream-rq-timeout-ms",
      "x_envoy_original_path",
    ];
    await mesh.send(`${ORDERS}/`, { headers: Object.fromEntries(said.map((name) => [name, "/private"])) });
    expect([...(mesh.sent[0]?.headers.keys() ?? [])].filter((name) => /envoy/.test(name))).toEqual([]);
    expect(said.every(isDropped)).toBe(true);
  });

  it("CVE-2023-27493, CVE-2024-45808: what a caller says is not copied into a header or a log line unless it is one plain word", async () => {
    for (const id of ["a b", 'x"} evil', "\u001b[31m", "é", `${"a".repeat(129)}`, "", "-a", "a,b"]) {
      expect([id, keptRequestId(id)]).toEqual([id, null]);
    }
    const mesh = testMesh(serviceYaml("orders"));
    const answer = await mesh.send(`${ORDERS}/`, { headers: { "x-request-id": 'x"}, "evil": {"' } });
    expect([answer.headers.get("x-request-id"), mesh.sent[0]?.headers.get("x-request-id")]).toEqual([
      "new-id",
      "new-id",
    ]);
  });

  it("CVE-2026-73550: the Host header counts as the others do", () => {
    expect(inspectRequest(new Headers({ host: "a".repeat(33_000) })).fault).toBe("too-large");
  });

  it("CVE-2024-30255: more headers, or larger ones, than anybody needs are a 431", async () => {
    const mesh = testMesh(serviceYaml("orders"));
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`x-${index}`, "1"]));
    expect((await mesh.send(`${ORDERS}/`, { headers: many })).status).toBe(431);
    expect((await mesh.send(`${ORDERS}/`, { headers: { "x-a": "a".repeat(33_000) } })).status).toBe(431);
    expect(mesh.sent).toEqual([]);
  });
});

describe("addresses, answers, pages", () => {
  it("CVE-2023-35944: a scheme in capitals is the same scheme", () => {
    for (const url of ["HTTP://127.0.0.1/", "HtTp://169.254.169.254/", "HTTP://orders.example.org/"]) {
      expect([url, refusalForAddress(url, { allowPrivate: false })]).toEqual([url, expect.any(String)]);
    }
    expect(refusalForAddress("HTTPS://orders.example.org/", { allowPrivate: false })).toBeNull();
  });

  it("CVE-2026-26310: an address with a zone is no address: it breaks nothing and allows nothing", async () => {
    expect(addressBits("fe80::1%eth0")).toBeNull();
    const env = { LOCAL_CLIENT_ADDRESS: "fe80::1%eth0" };
    const mesh = guarded(['rules: [{from: [{ipBlocks: ["fe80::/10", "::/0"]}]}]'], "", { env });
    expect(await statusesOf(mesh, `${ORDERS}/`)).toEqual([403]);
  });

  it("CVE-2024-23326: an answer other than 101 does not make an upgrade", async () => {
    const mesh = testMesh(serviceYaml("orders"));
    const answer = await mesh.send(`${ORDERS}/ws`, { headers: { upgrade: "websocket" } });
    expect(answer.status).toBe(502);
    expect(await problemOf(answer)).toMatchObject({ code: "SLV5009" });
  });

  it("CVE-2024-45809: a request keeps the mesh that it began with", async () => {
    let asked = 0;
    const before = testMesh(serviceYaml("orders"));
    const mesh = testMesh(serviceYaml("orders"), {
      ports: {
        current: () => {
          asked++;
          return Promise.resolve({
            snapshot: before.snapshot,
            endpoints: new Map([["shop/orders", before.snapshot.services["shop/orders"]?.endpoints ?? []]]),
            checkedAt: 0,
            stale: false,
          });
        },
      },
    });
    expect(await statusesOf(mesh, `${ORDERS}/`)).toEqual([200]);
    expect(asked).toBe(1);
  });

  it("CVE-2026-73546: names in pages are text", () => {
    expect(html`<p title="${'"><script>'}">${"<img src=x onerror=alert(1)>"}</p>`.toString()).toBe(
      '<p title="&quot;&gt;&lt;script&gt;">&lt;img src=x onerror=alert(1)&gt;</p>',
    );
  });
});
