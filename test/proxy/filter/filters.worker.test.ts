import { describe, expect, it } from "vitest";
import {
  problemOf,
  routeYaml,
  serviceYaml,
  testMesh,
  TOLD_MORE,
  type TestMesh,
  type TestMeshOptions,
} from "../../support/worker/test-mesh.ts";

const services = `${serviceYaml("one", undefined, TOLD_MORE)}${serviceYaml("two")}${serviceYaml("auth")}`;
const withFilters = (filters: string, options: TestMeshOptions = {}, more = ""): TestMesh =>
  testMesh(
    services + routeYaml(`[{matches: [{path: {value: /p}}], filters: ${filters}, backendRefs: [{name: one}]${more}}]`),
    options,
  );

describe("header modifiers", () => {
  it("change what the service gets and what the caller gets", async () => {
    const mesh = withFilters(
      `[{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Set, value: new}], add: [{name: X-Add, value: two}], remove: [X-Remove]}},
        {type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: X-Set, value: new}], add: [{name: X-Add, value: two}], remove: [X-Remove]}}]`,
      { service: () => new Response("", { headers: { "x-set": "old", "x-add": "one", "x-remove": "1" } }) },
    );
    const answer = await mesh.send("http://shop.example/p", {
      headers: { "x-set": "old", "x-add": "one", "x-remove": "1" },
    });
    for (const headers of [mesh.sent[0]?.headers, answer.headers]) {
      expect([headers?.get("x-set"), headers?.get("x-add"), headers?.has("x-remove")]).toEqual([
        "new",
        "one, two",
        false,
      ]);
    }
  });

  it("of a backend apply to requests that go there only", async () => {
    const backendRef = (name: string): string =>
      `{name: ${name}, filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: backend, value: ${name}}]}}]}`;
    const rules = `[{backendRefs: [${backendRef("one")}, ${backendRef("two")}]}]`;
    for (const [random, name] of [
      [0.1, "one"],
      [0.9, "two"],
    ] as const) {
      const mesh = testMesh(services + routeYaml(rules), { random: [random] });
      await mesh.send("http://shop.example/");
      expect(mesh.sent.map(({ url, headers }) => [url, headers.get("backend")])).toEqual([
        [`http://${name}.example/`, name],
      ]);
    }
  });
});

describe("DirectResponse", () => {
  it("answers by itself, and says that it was the mesh", async () => {
    const filter = "{type: DirectResponse, directResponse: {statusCode: 403, body: {string: closed}}}";
    const mesh = testMesh(services + routeYaml(`[{matches: [{path: {value: /p}}], filters: [${filter}]}]`));
    const answer = await mesh.send("http://shop.example/p");
    expect([answer.status, await answer.text(), mesh.sent.length]).toEqual([403, "closed", 0]);
    expect(answer.headers.get("selvage-decision")).toBe('direct-response; policy="HTTPRoute/shop/route/0"; rev=7');
  });

  it("without a body answers an empty one", async () => {
    const filter = "{type: DirectResponse, directResponse: {statusCode: 204}}";
    const mesh = testMesh(services + routeYaml(`[{matches: [{path: {value: /p}}], filters: [${filter}]}]`));
    const answer = await mesh.send("http://shop.example/p");
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
  });
});

describe("RequestRedirect", () => {
  const redirect = (fields: string): TestMesh =>
    testMesh(
      services +
        routeYaml(`[{matches: [{path: {value: /p}}], filters: [{type: RequestRedirect, requestRedirect: ${fields}}]}]`),
    );

  it("sends the caller elsewhere without asking any service", async () => {
    const mesh = redirect(
      "{scheme: https, hostname: new.example, statusCode: 301, path: {type: ReplacePrefixMatch, replacePrefixMatch: /q}}",
    );
    const answer = await mesh.send("http://shop.example:8787/p/x?y=1");
    expect(answer.status).toBe(301);
    expect(answer.headers.get("location")).toBe("https://new.example/q/x?y=1");
    expect(answer.headers.get("selvage-decision")).toBe('redirect; policy="HTTPRoute/shop/route/0"; rev=7');
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(mesh.sent).toEqual([]);
  });

  it("keeps the port the caller came to, when it names neither scheme nor port", async () => {
    const answer = await redirect("{path: {type: ReplaceFullPath, replaceFullPath: /new}}").send(
      "http://shop.example:8787/p",
    );
    expect(answer.headers.get("location")).toBe("http://shop.example:8787/new");
  });

  it("uses the entry's port behind a trusted proxy", async () => {
    const rules = routeYaml("[{filters: [{type: RequestRedirect, requestRedirect: {hostname: new.example}}]}]");
    const headers = { "x-forwarded-proto": "https", "x-forwarded-port": "443" };
    const answer = await testMesh(services + rules, { env: { TRUST_ENTRY: "true" } }).send(
      "http://shop.example:8787/p",
      { headers },
    );
    expect(answer.headers.get("location")).toBe("https://new.example/p");
  });

  it("of a backend answers when the share falls there", async () => {
    const rules = `[{backendRefs: [{name: one, filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /moved}}}]}]}]`;
    const answer = await testMesh(services + routeYaml(rules)).send("http://shop.example/p");
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "http://shop.example/moved"]);
  });
});

describe("URLRewrite", () => {
  it("changes the path and tells the new host beside the endpoint's own", async () => {
    const mesh = withFilters(
      "[{type: URLRewrite, urlRewrite: {hostname: inside.example, path: {type: ReplacePrefixMatch, replacePrefixMatch: /q}}}]",
    );
    await mesh.send("http://shop.example/p/x?y=1");
    expect(mesh.sent[0]?.url).toBe("http://one.example/q/x?y=1");
    expect(mesh.sent[0]?.headers.get("x-forwarded-host")).toBe("inside.example");
  });
});

describe("CORS", () => {
  const cors =
    "[{type: CORS, cors: {allowOrigins: ['https://page.example'], allowMethods: [PUT], allowCredentials: true, maxAge: 60}}]";
  const origin = { origin: "https://page.example" };

  it("answers preflights itself", async () => {
    const mesh = withFilters(cors);
    const answer = await mesh.send("http://shop.example/p", {
      method: "OPTIONS",
      headers: { ...origin, "access-control-request-method": "PUT" },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://page.example");
    expect(answer.headers.get("access-control-allow-methods")).toBe("PUT");
    expect(answer.headers.get("access-control-max-age")).toBe("60");
    expect(answer.headers.get("selvage-decision")).toBe('cors; policy="HTTPRoute/shop/route/0"; rev=7');
    expect(mesh.sent).toEqual([]);
  });

  it("marks real answers, replacing what the service said", async () => {
    const mesh = withFilters(cors, {
      service: () => new Response("", { headers: { "access-control-allow-origin": "*" } }),
    });
    const answer = await mesh.send("http://shop.example/p", { headers: origin });
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://page.example");
    expect(answer.headers.get("access-control-allow-credentials")).toBe("true");
    const stranger = await mesh.send("http://shop.example/p", { headers: { origin: "https://evil.example" } });
    expect(stranger.status).toBe(200);
    expect(stranger.headers.has("access-control-allow-origin")).toBe(false);
  });

  it("lets the page read the mesh's own refusals", async () => {
    const mesh = withFilters(cors, { service: () => Promise.reject(new Error("Network connection lost.")) });
    const answer = await mesh.send("http://shop.example/p", { headers: origin });
    expect(answer.status).toBe(502);
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://page.example");
  });

  it("passes an OPTIONS that is no preflight on", async () => {
    const mesh = withFilters(cors);
    await mesh.send("http://shop.example/p", { method: "OPTIONS", headers: origin });
    expect(mesh.sent[0]?.method).toBe("OPTIONS");
  });
});

describe("a filter that cannot run here", () => {
  it("makes its rule answer 500", async () => {
    const grpc = "[{type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: auth, port: 1}, grpc: {}}}]";
    const mesh = withFilters(grpc);
    const answer = await mesh.send("http://shop.example/p");
    expect(answer.status).toBe(500);
    expect(answer.headers.get("selvage-decision")).toBe('filter; policy="HTTPRoute/shop/route/0"; rev=7');
    expect(await problemOf(answer)).toMatchObject({ code: "SLV5004" });
    expect(mesh.sent).toEqual([]);
  });
});

describe("ExternalAuth", () => {
  const auth = (http: string, more = ""): string =>
    `[{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: auth, port: 80}, http: ${http}${more}}}]`;
  const answering = (answer: () => Response): TestMeshOptions => ({
    service: ({ url }) => (url.startsWith("http://auth.example") ? answer() : new Response("served")),
  });

  it("asks first, with the caller's method, path and credentials", async () => {
    const mesh = withFilters(
      auth("{path: /check, allowedHeaders: [X-Tenant]}"),
      answering(() => new Response("ok")),
    );
    const headers = { authorization: "Bearer t", cookie: "a=1", "x-tenant": "t1", "x-other": "1" };
    const answer = await mesh.send("http://shop.example/p/x?y=1", { method: "POST", body: "abc", headers });
    expect(await answer.text()).toBe("served");
    const [asked, served] = mesh.sent;
    expect([asked?.method, asked?.url, asked?.body]).toEqual(["POST", "http://auth.example/check/p/x?y=1", null]);
    expect([...(asked?.headers.keys() ?? [])].toSorted()).toEqual([
      "authorization",
      "selvage-hops",
      "traceparent",
      "x-forwarded-host",
      "x-forwarded-proto",
      "x-request-id",
      "x-tenant",
    ]);
    expect([served?.url, served?.body]).toEqual(["http://one.example/p/x?y=1", "abc"]);
  });

  it("copies what the service says about the caller, but never the mesh's words or its own body's headers", async () => {
    const said = {
      "x-user": "ann",
      "selvage-source": "forged",
      "content-type": "text/html",
      host: "evil.example",
      "set-cookie": "a=1",
    };
    const mesh = withFilters(
      auth("{}"),
      answering(() => new Response("", { headers: said })),
    );
    await mesh.send("http://shop.example/p", { headers: { "x-user": "forged" } });
    const headers = mesh.sent[1]?.headers;
    expect(headers?.get("x-user")).toBe("ann");
    expect(headers?.get("selvage-source")).toBe("anonymous");
    expect([headers?.has("content-type"), headers?.has("set-cookie"), headers?.has("host")]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("copies only what is listed, where something is", async () => {
    const mesh = withFilters(
      auth("{allowedResponseHeaders: [X-User]}"),
      answering(() => new Response("", { headers: { "x-user": "ann", "x-more": "1" } })),
    );
    await mesh.send("http://shop.example/p");
    expect([mesh.sent[1]?.headers.get("x-user"), mesh.sent[1]?.headers.has("x-more")]).toEqual(["ann", false]);
  });

  it("gives the caller any other answer than 200", async () => {
    const denial = (): Response =>
      new Response("log in", { status: 302, headers: { location: "https://id.example/" } });
    const mesh = withFilters(auth("{}"), answering(denial));
    const answer = await mesh.send("http://shop.example/p");
    expect([answer.status, answer.headers.get("location"), await answer.text()]).toEqual([
      302,
      "https://id.example/",
      "log in",
    ]);
    expect(answer.headers.get("selvage-decision")).toBe('external-auth; policy="HTTPRoute/shop/route/0"; rev=7');
    expect(mesh.sent).toHaveLength(1);
  });

  it("denies when it cannot be asked", async () => {
    const mesh = withFilters(auth("{}"), { service: () => Promise.reject(new Error("Network connection lost.")) });
    const answer = await mesh.send("http://shop.example/p");
    expect(answer.status).toBe(403);
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV2003",
      detail:
        "The authorization service shop/auth could not be asked: it refused the connection, or closed it before it answered",
    });
    expect(mesh.sent).toHaveLength(1);
  });

  it("sees the body where the filter says so, and refuses a larger one", async () => {
    const mesh = withFilters(
      auth("{}", ", forwardBody: {maxSize: 4}"),
      answering(() => new Response("ok")),
    );
    await mesh.send("http://shop.example/p", { method: "POST", body: "abcd" });
    expect(mesh.sent.map(({ body }) => body)).toEqual(["abcd", "abcd"]);
    const refused = await mesh.send("http://shop.example/p", { method: "POST", body: "abcde" });
    expect(refused.status).toBe(413);
    expect(await problemOf(refused)).toMatchObject({
      detail: "The route's authorization service takes bodies of at most 4 bytes",
    });
    expect(mesh.sent).toHaveLength(2);
  });
});
