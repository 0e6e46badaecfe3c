// From a failing probe to real traffic and back: the mesh's proxy, and the real object of the service that probes.
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { seeded } from "../../sim/virtual-time.ts";
import { failingNamespace } from "../../support/worker/objects.ts";
import { routeYaml, serviceYaml, testMesh, type TestMesh } from "../../support/worker/test-mesh.ts";

// In the future of the machine, so that no alarm fires by itself.
const START = Date.parse("2100-01-01T00:00:00Z");
let clock = START;
const down = new Set<string>();
const nameOf = (url: string): string => new URL(url).hostname.split(".")[0] ?? "";
beforeEach(() => {
  clock = START;
  down.clear();
  vi.spyOn(Date, "now").mockImplementation(() => clock);
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    return new Response(null, { status: down.has(nameOf(new Request(input).url)) ? 503 : 200 });
  });
});
afterEach(() => vi.restoreAllMocks());

interface Fixture {
  readonly mesh: TestMesh;
  /** Names of endpoints that answered so many requests, each once. */
  asked(requests: number): Promise<string[]>;
  /** Runs rounds of probes, with a request and a report before each. */
  rounds(count: number): Promise<void>;
}

function fixture(endpoints: string, more = "", breaker: typeof env.BREAKER = env.BREAKER, rule = ""): Fixture {
  const name = `probed-${crypto.randomUUID().slice(0, 8)}`;
  const service = serviceYaml(name, endpoints, ", healthCheck: {interval: 5s}");
  const policy =
    more === ""
      ? ""
      : `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: calls, namespace: shop}
spec: {targetRefs: [{kind: Service, name: ${name}}], ${more}}
---
`;
  const mesh = testMesh(service + routeYaml(`[{backendRefs: [{name: ${name}}]${rule}}]`) + policy, {
    service: ({ url }) => new Response(nameOf(url)),
    env: { BREAKER: breaker },
    ports: { now: () => clock, random: seeded(4), sleep: (ms) => Promise.resolve(void (clock += ms)) },
  });
  const send = async (): Promise<string> => {
    const text = await (await mesh.send("http://shop.example/")).text();
    await mesh.settle();
    return text;
  };
  return {
    mesh,
    async asked(requests) {
      const answered = new Set<string>();
      for (let sent = 0; sent < requests; sent += 1) {
        answered.add(await send());
      }
      return [...answered].toSorted();
    },
    async rounds(count) {
      for (let round = 0; round < count; round += 1) {
        clock += 6000;
        await send();
        await runDurableObjectAlarm(breaker.getByName(`shop/${name}`));
      }
      clock += 6000;
      await send();
    },
  };
}

const PAIR = '[{url: "http://a.example"}, {url: "http://b.example"}]';
const SPARE = '[{url: "http://a.example"}, {url: "http://spare.example", priority: 1}]';

it("an endpoint that fails its checks gets no traffic, and gets it again when it passes", async () => {
  const { asked, rounds } = fixture(PAIR);
  await rounds(1);
  expect(await asked(20)).toEqual(["a", "b"]);
  down.add("a");
  await rounds(3);
  expect(await asked(20)).toEqual(["b"]);
  down.clear();
  await rounds(2);
  expect(await asked(20)).toEqual(["a", "b"]);
});

it("its traffic goes to the next priority, beside a breaker as well", async () => {
  for (const policy of ["", "circuitBreaker: {}"]) {
    const { asked, rounds } = fixture(SPARE, policy);
    await rounds(1);
    expect(await asked(5)).toEqual(["a"]);
    down.add("a");
    await rounds(3);
    expect(await asked(5)).toEqual(["spare"]);
    down.clear();
  }
});

it("the only endpoint there is is asked all the same", async () => {
  down.add("a");
  const { asked, rounds } = fixture('[{url: "http://a.example"}]');
  await rounds(4);
  expect(await asked(3)).toEqual(["a"]);
});

it("a session leaves an endpoint that fails its checks, and is told its new one", async () => {
  const { mesh, rounds } = fixture(
    PAIR,
    "",
    env.BREAKER,
    ", sessionPersistence: {type: Header, sessionName: x-session}",
  );
  await rounds(1);
  const first = await mesh.send("http://shop.example/");
  const session = first.headers.get("x-session") ?? "";
  const home = await first.text();
  const again = async (): Promise<string> =>
    (await mesh.send("http://shop.example/", { headers: { "x-session": session } })).text();
  expect([await again(), await again(), await again()]).toEqual([home, home, home]);
  down.add(home);
  await rounds(3);
  const moved = await mesh.send("http://shop.example/", { headers: { "x-session": session } });
  expect(await moved.text()).toBe(home === "a" ? "b" : "a");
  expect(moved.headers.get("x-session")).not.toBe(session);
});

it("a verdict that nobody renews is forgotten", async () => {
  const broken = { is: false };
  const cut = failingNamespace(env.BREAKER);
  const namespace = new Proxy(env.BREAKER, {
    get: (whole, name) => (broken.is ? Reflect.get(cut, name) : Reflect.get(whole, name).bind(whole)),
  });
  const { asked, rounds } = fixture(PAIR, "", namespace);
  down.add("a");
  await rounds(4);
  broken.is = true;
  clock += 20_000;
  expect(await asked(10)).toEqual(["b"]);
  clock += 10_000;
  expect(await asked(10)).toEqual(["a", "b"]);
});
