import { describe, expect, it } from "vitest";
import {
  NOW,
  problemOf,
  routeYaml,
  serviceYaml,
  testMesh,
  type TestMesh,
  type TestMeshOptions,
} from "../../support/worker/test-mesh.ts";

const policy = (spec: string, name = "chaos"): string => `
apiVersion: selvage.dev/v1
kind: FaultPolicy
metadata: {name: ${name}, namespace: shop}
spec: {${spec}}
---`;
const ON_SERVICE = "targetRefs: [{kind: Service, name: one}]";
const NAMED = "filters: [{type: ExtensionRef, extensionRef: {group: selvage.dev, kind: FaultPolicy, name: chaos}}], ";

function mesh(policies: string, options: TestMeshOptions = {}, rule = ""): TestMesh {
  return testMesh(serviceYaml("one") + routeYaml(`[{${rule}backendRefs: [{name: one}]}]`) + policies, options);
}

const send = (one: TestMesh, headers: Record<string, string> = {}): Promise<Response> =>
  one.send("http://shop.example/", { headers });

describe("an abort", () => {
  it("answers with the policy's status, says which policy it was, and asks no service", async () => {
    const one = mesh(policy(`${ON_SERVICE}, abort: {status: 418}`));
    const answer = await send(one);
    expect(answer.status).toBe(418);
    expect(answer.headers.get("selvage-decision")).toBe('fault; policy="FaultPolicy/shop/chaos"; rev=7');
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV5030",
      status: 418,
      detail: "FaultPolicy/shop/chaos aborts a share of the requests to the service shop/one",
      policy: "FaultPolicy/shop/chaos",
      service: "shop/one",
    });
    expect(one.sent).toEqual([]);
    expect(one.traced.at(-1)).toEqual(["fault", { policy: "FaultPolicy/shop/chaos", delayMs: 0, abort: 418 }]);
  });

  it.each([204, 205, 304])("with status %i has no body", async (status) => {
    const answer = await send(mesh(policy(`${ON_SERVICE}, abort: {status: ${status}}`)));
    expect([answer.status, answer.body]).toEqual([status, null]);
  });

  it.each([
    [0.249, 500],
    [0.25, 200],
  ])("at 25 %% makes of the draw %d a %i", async (random, status) => {
    const one = mesh(policy(`${ON_SERVICE}, abort: {status: 500, percentage: 25}`), { random: [random] });
    expect((await send(one)).status).toBe(status);
  });

  it("happens never at 0 %", async () => {
    const one = mesh(policy(`${ON_SERVICE}, abort: {status: 500, percentage: 0}`), { random: [0] });
    expect((await send(one)).status).toBe(200);
  });

  it("hits only requests with all of its headers", async () => {
    const match =
      'match: {headers: [{name: X-Chaos, value: "1"}, {type: RegularExpression, name: x-user, value: "t.+"}]}';
    const one = mesh(policy(`${ON_SERVICE}, abort: {status: 500}, ${match}`));
    expect((await send(one)).status).toBe(200);
    expect((await send(one, { "x-chaos": "1" })).status).toBe(200);
    expect((await send(one, { "x-chaos": "1", "x-user": "t" })).status).toBe(200);
    expect((await send(one, { "x-chaos": "1", "x-user": "tester" })).status).toBe(500);
  });

  it("can be read by a page that may read the answers of the service", async () => {
    const cors = '{type: CORS, cors: {allowOrigins: ["https://page.example"]}}';
    const one = mesh(policy(`${ON_SERVICE}, abort: {status: 500}`), {}, `filters: [${cors}], `);
    const answer = await send(one, { origin: "https://page.example" });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([500, "https://page.example"]);
  });

  it("does not get anybody past an authorization service", async () => {
    const auth =
      "{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: auth, port: 80}, http: {path: /check}}}";
    const one = testMesh(
      serviceYaml("one") +
        serviceYaml("auth") +
        routeYaml(`[{filters: [${auth}], backendRefs: [{name: one}]}]`) +
        policy(`${ON_SERVICE}, abort: {status: 200}`),
      { service: () => new Response(null, { status: 403 }) },
    );
    expect((await send(one)).status).toBe(403);
  });
});

describe("a delay", () => {
  it("holds a request back, and the answer is the service's own", async () => {
    const one = mesh(policy(`${ON_SERVICE}, delay: {duration: 250ms}`));
    const answer = await send(one);
    expect([answer.status, answer.headers.has("selvage-decision"), one.slept]).toEqual([200, false, [250]]);
    expect(one.traced.find(([stage]) => stage === "fault")?.[1]).toMatchObject({ delayMs: 250, abort: null });
  });

  it("counts as the request's own time: beyond the deadline it is a 504", async () => {
    let now = NOW;
    const slept: number[] = [];
    const sleep = (ms: number): Promise<void> => {
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    };
    const one = mesh(policy(`${ON_SERVICE}, delay: {duration: 60s}`), { ports: { now: () => now, sleep } });
    expect([(await send(one)).status, slept]).toEqual([504, [15_000]]);
    expect(one.sent).toEqual([]);
  });
});

describe("where a policy holds", () => {
  it("for the rule that names it, and for no other", async () => {
    const rules = `[{${NAMED}matches: [{path: {value: /a}}], backendRefs: [{name: one}]}, {backendRefs: [{name: one}]}]`;
    const one = testMesh(serviceYaml("one") + routeYaml(rules) + policy("abort: {status: 500}"));
    expect((await one.send("http://shop.example/a")).status).toBe(500);
    expect((await one.send("http://shop.example/b")).status).toBe(200);
  });

  it("instead of an attached one where a rule names it", async () => {
    const attached = policy(`${ON_SERVICE}, abort: {status: 503}`, "attached");
    const one = mesh(policy("abort: {status: 418}") + attached, {}, NAMED);
    expect((await send(one)).status).toBe(418);
    expect((await one.send("http://any.example/svc/one.shop/")).status).toBe(503);
  });
});
