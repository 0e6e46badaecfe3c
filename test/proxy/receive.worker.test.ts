// What a service is told, by its own wish, and what the caller finds on the service's answer.
import { describe, expect, it } from "vitest";
import { meshKeys } from "../support/worker/mesh-keys.ts";
import { routeYaml, serviceYaml, testMesh, type Sent, type TestMeshOptions } from "../support/worker/test-mesh.ts";

const keys = await meshKeys("k1");
const ports = { keys: () => keys };
const caller = { "x-forwarded-for": "forged", "selvage-timeout-ms": "forged", "x-real-ip": "forged" };
const names = (sent: Sent | undefined): string[] => [...(sent?.headers.keys() ?? [])].toSorted();

const meshOf = (receive: string | null, options: TestMeshOptions = {}) =>
  testMesh(
    serviceYaml("one", undefined, receive === null ? "" : `, receive: ${receive}`) +
      routeYaml("[{backendRefs: [{name: one}]}]"),
    {
      ...options,
      env: { LOCAL_CLIENT_ADDRESS: "127.0.0.1", ...options.env },
      ports: { ...ports, ...options.ports },
    },
  );

describe("a service is told", () => {
  const BY_DEFAULT = [
    "selvage-assertion",
    "traceparent",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
  ];
  const REST = ["selvage-source", "selvage-timeout-ms"];

  it.each([
    ["without a word of its own, six things", null, BY_DEFAULT],
    [
      "everything, on request",
      `[${[...REST, ...BY_DEFAULT, "x-forwarded-prefix"].join()}]`,
      [...BY_DEFAULT, ...REST].toSorted(),
    ],
    ["one thing", "[x-request-id]", ["selvage-hops", "x-request-id"]],
    ["who calls, which counts as a hop", "[selvage-source]", ["selvage-source"]],
    ["nothing but that it has been through a mesh", "[]", ["selvage-hops"]],
  ])("%s", async (_title, receive, expected) => {
    const mesh = meshOf(receive);
    await mesh.send("http://shop.example/", { headers: caller });
    expect(names(mesh.sent[0])).toEqual(expected);
    expect([...(mesh.sent[0]?.headers.values() ?? [])]).not.toContain("forged");
  });

  it("the prefix at /svc/ always, and the one that a rule cuts off on request", async () => {
    for (const [receive, cut] of [
      ["[]", null],
      ["[x-forwarded-prefix]", "/shop"],
    ] as const) {
      const rule = `[{matches: [{path: {value: /shop}}], backendRefs: [{name: one}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}]}]`;
      const mesh = testMesh(serviceYaml("one", undefined, `, receive: ${receive}`) + routeYaml(rule), { ports });
      await mesh.send("http://shop.example/shop/a");
      await mesh.send("http://any.example/svc/one.shop/a");
      expect(mesh.sent.map(({ url, headers }) => [url, headers.get("x-forwarded-prefix")])).toEqual([
        ["http://one.example/a", cut],
        ["http://one.example/a", "/svc/one.shop"],
      ]);
    }
  });

  it("that it is a hop, by whatever word it gets: an endpoint that leads back does not go round for ever", async () => {
    for (const receive of [null, "[]", "[selvage-source]", "[x-request-id]"]) {
      const mesh = meshOf(receive);
      let headers: Headers = new Headers();
      let passed = 0;
      for (let status = 200; status === 200 && passed < 30; passed++) {
        status = (await mesh.send("http://shop.example/", { headers })).status;
        headers = mesh.sent.at(-1)?.headers ?? headers;
      }
      expect(passed).toBe(17);
    }
  });

  it("by each its own wish where a copy goes to another one", async () => {
    const rule =
      "[{backendRefs: [{name: one}], filters: [{type: RequestMirror, requestMirror: {backendRef: {name: two, port: 80}}}]}]";
    const yaml = serviceYaml("one", undefined, ", receive: [x-request-id, traceparent]");
    const mesh = testMesh(
      yaml + serviceYaml("two", undefined, ", receive: [selvage-source, x-forwarded-host]") + routeYaml(rule),
      { ports },
    );
    await mesh.send("http://shop.example/", {
      headers: { tracestate: "a=1", traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` },
    });
    await mesh.settle();
    const of = (name: string) => names(mesh.sent.find(({ url }) => url.includes(`${name}.example`)));
    expect(of("one")).toEqual(["selvage-hops", "traceparent", "tracestate", "x-request-id"]);
    expect(of("two")).toEqual(["selvage-source", "x-forwarded-host"]);
  });
});

describe("a service's answer", () => {
  const answering = (headers: HeadersInit = {}): TestMeshOptions => ({
    service: () => new Response("hello", { headers }),
  });
  const detailsOf = ({ headers }: Response) => [headers.get("x-request-id"), headers.get("selvage-revision")];

  it("is the very one that came, where nothing is to be written", async () => {
    const own = new Response("hello", {
      status: 207,
      headers: { "content-length": "5", "x-request-id": "theirs", "set-cookie": "a=1" },
    });
    const answer = await meshOf(null, { service: () => own }).send("http://shop.example/");
    expect(answer).toBe(own);
    expect(detailsOf(answer)).toEqual(["theirs", null]);
  });

  it.each([
    ["selvage-debug: 1", { "selvage-debug": "1" }, {}, ["new-id", "7"]],
    ["selvage-debug: 0", { "selvage-debug": "0" }, {}, [null, null]],
    ["an id of its own", { "x-request-id": "mine" }, {}, ["mine", "7"]],
    ["an id that is not kept", { "x-request-id": "a b" }, {}, ["new-id", "7"]],
    ["nothing, where the mesh always tells", {}, { ANSWER_HEADERS: "always" }, ["new-id", "7"]],
    ["nothing, where it is asked", {}, { ANSWER_HEADERS: "asked" }, [null, null]],
  ] as const)(
    "tells id and revision to a caller who sends %s: as far as asked",
    async (_title, headers, env, expected) => {
      const answer = await meshOf(null, { ...answering(), env }).send("http://shop.example/", { headers });
      expect(detailsOf(answer)).toEqual(expected);
    },
  );

  it.each([
    "selvage-assertion",
    "selvage-decision",
    "selvage-identity",
    "selvage-path",
    "selvage-revision",
    "selvage-source",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-connection",
  ])("loses %s, whether or not something else is written", async (name) => {
    for (const headers of [{}, { "x-request-id": "mine" }] as Record<string, string>[]) {
      const answer = await meshOf(null, answering({ [name]: "forged", "x-kept": "1" })).send("http://shop.example/", {
        headers,
      });
      expect([...answer.headers.values()]).not.toContain("forged");
      expect([answer.headers.get("x-kept"), await answer.text()]).toEqual(["1", "hello"]);
    }
  });

  it("loses what its Connection nominates and an operator's cookie, and keeps the rest", async () => {
    const mesh = meshOf(
      null,
      answering([
        ["connection", "x-hop"],
        ["x-hop", "1"],
        ["x-kept", "1"],
      ]),
    );
    const { headers } = await mesh.send("http://shop.example/");
    expect([headers.get("x-hop"), headers.get("x-kept")]).toEqual([null, "1"]);
    const setting = answering([
      ["set-cookie", "__Host-selvage-session=x"],
      ["set-cookie", "a=1"],
    ]);
    expect((await meshOf(null, setting).send("http://shop.example/")).headers.getSetCookie()).toEqual(["a=1"]);
  });
});
