// The upstream Gateway API conformance cases against a whole local mesh: each test's YAML applied verbatim over the
// admin API, real echo servers registered as endpoints, real requests. One `it` per case.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import { type EchoServer, startEcho, withoutSpaces } from "./echo-server.ts";
import { type ConformanceCase, type ConformanceTest, haveCases, loadCases, manifestOf } from "./gateway-cases.ts";
import { type Answer, entryHeaders, send, sendMany } from "./gateway-client.ts";

const tests = loadCases();
const echoes = new Map<string, EchoServer>();
let mesh: TestMesh;
let settlements = 0;

async function admin(method: string, path: string, body: string | null, type = "application/json"): Promise<unknown> {
  const response = await fetch(`${mesh.url}/_selvage/v1${path}`, {
    method,
    body,
    headers: { authorization: `Bearer ${mesh.token}`, "content-type": type, "if-match": "*" },
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  }
  return text === "" ? null : JSON.parse(text);
}

/** The test's documents replace those of the one before; each core Service gets its own echo server. */
async function install(test: ConformanceTest): Promise<void> {
  const yaml = manifestOf(test);
  await admin("POST", "/apply?set=conformance&prune=true&pruneMax=1000", yaml, "application/yaml");
  const services = [...yaml.matchAll(/^kind: Service\nmetadata:\n {2}name: (\S+)\n {2}namespace: (\S+)/gm)];
  for (const [, name = "", namespace = ""] of services) {
    const key = `${namespace}/${name}`;
    const echo = echoes.get(key) ?? (await startEcho(namespace, name));
    echoes.set(key, echo);
    echo.arrivals.length = 0;
    await admin("PUT", `/namespaces/${namespace}/services/${name}/endpoints/echo`, JSON.stringify({ url: echo.url }));
  }
  await settled();
}

async function prepare(test: ConformanceCase): Promise<void> {
  if (test.precondition === undefined) {
    return;
  }
  const wanted = /^delete (\w+) ([^/\s]+)\/(\S+)/.exec(test.precondition);
  if (wanted === null) {
    throw new Error(`${test.id} asks for what this runner does not know: ${test.precondition}`);
  }
  const [, kind, namespace, name] = wanted;
  await admin("DELETE", `/namespaces/${namespace}/${kind}/${name}`, null);
  await settled();
}

/**
 * Waits until the data plane runs all that was written before: an isolate takes revisions and endpoints in together, so
 * a document of no consequence is applied last, and its revision waited for.
 */
async function settled(): Promise<void> {
  settlements += 1;
  const marker = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "conformance-marker", labels: { settled: String(settlements) } },
  };
  const { revision } = (await admin("POST", "/apply", JSON.stringify(marker))) as { revision: number };
  const runs = async (): Promise<void> => {
    const response = await fetch(`${mesh.url}/conformance-marker`, { headers: { "selvage-debug": "1" } });
    await response.arrayBuffer();
    expect(Number(response.headers.get("selvage-revision"))).toBeGreaterThanOrEqual(revision);
  };
  await vi.waitFor(runs, { timeout: 60_000, interval: 50 });
}

function checkBackendRequest(test: ConformanceCase, answer: Answer): void {
  const { backend, backend_request: wanted } = test.expect;
  if (backend) {
    expect(answer.arrival, `an echo server should have answered: ${answer.body}`).not.toBeNull();
    expect(answer.arrival?.namespace).toBe(backend.namespace);
    if (backend.name !== null) {
      expect(answer.arrival?.service).toBe(backend.name);
    }
  }
  if (!wanted || !answer.arrival) {
    return;
  }
  expect(answer.arrival.method).toBe(wanted.method);
  const path = wanted.path.includes("{UUID}") ? answer.sentPath : wanted.path;
  expect(answer.arrival.path).toBe(path);
  if (wanted.host !== null) {
    expect(answer.arrival.headers["x-forwarded-host"]).toBe(wanted.host);
  }
  for (const [name, value] of Object.entries(wanted.headers)) {
    expect(answer.arrival.headers[name.toLowerCase()], `request header ${name}`).toBe(withoutSpaces(value));
  }
  for (const name of wanted.absent_headers) {
    expect(answer.arrival.headers[name.toLowerCase()]).toBeUndefined();
  }
}

function checkResponse(test: ConformanceCase, answer: Answer): void {
  const wanted = test.expect.response;
  if (!wanted || (answer.status !== 200 && answer.status !== 204)) {
    return;
  }
  const plain = (value: string | undefined): string | undefined =>
    wanted.ignore_whitespace_in_values ? value?.replaceAll(/\s/g, "") : value && withoutSpaces(value);
  for (const [name, value] of Object.entries(wanted.headers ?? {})) {
    expect(plain(answer.headers[name.toLowerCase()]), `response header ${name}`).toBe(plain(value));
  }
  for (const [name, values] of Object.entries(wanted.headers_one_of ?? {})) {
    expect(values.map(plain), `response header ${name}`).toContain(plain(answer.headers[name.toLowerCase()]));
  }
  for (const name of wanted.absent_headers ?? []) {
    expect(answer.headers[name.toLowerCase()]).toBeUndefined();
  }
}

function checkRedirect(test: ConformanceCase, answer: Answer): void {
  const wanted = test.expect.redirect;
  if (!wanted) {
    return;
  }
  const base = `${test.request.scheme}://${test.request.host ?? "conformance.test.invalid"}${test.request.path}`;
  const location = new URL(answer.headers["location"] ?? "", base);
  if (wanted.scheme) {
    expect(location.protocol).toBe(`${wanted.scheme}:`);
  }
  if (wanted.host) {
    expect(location.hostname).toBe(wanted.host.replace(/:\d+$/, ""));
  }
  if (wanted.path) {
    expect(location.pathname).toBe(wanted.path.replace(/\?.*$/, ""));
  }
  const port = wanted.port === null || wanted.port === undefined ? "" : String(wanted.port);
  const defaultPort = location.protocol === "https:" ? "443" : "80";
  expect([port, port === defaultPort ? "" : port]).toContain(location.port);
}

async function checkMirrors(test: ConformanceCase): Promise<void> {
  for (const target of test.expect.mirrored_to ?? []) {
    if (test.expect.mirror_distribution) {
      continue;
    }
    const marked = { ...test, request: { ...test.request, path: `${test.request.path}?mirror=${Math.random()}` } };
    await send(mesh.url, marked);
    const echo = echoes.get(`${target.namespace}/${target.name}`);
    await expect.poll(() => echo?.arrivals.some((a) => a.path === marked.request.path)).toBe(true);
    const arrival = echo?.arrivals.find((a) => a.path === marked.request.path);
    for (const [name, value] of Object.entries(test.expect.backend_request?.headers ?? {})) {
      expect(arrival?.headers[name.toLowerCase()]).toBe(withoutSpaces(value));
    }
  }
}

async function checkMirrorShares(test: ConformanceCase): Promise<void> {
  const plan = test.expect.mirror_distribution;
  if (!plan) {
    return;
  }
  for (const target of test.expect.mirrored_to ?? []) {
    const share = (target.percent ?? 100) / 100;
    const slack = 3 * Math.sqrt(plan.requests * share * (1 - share));
    const echo = echoes.get(`${target.namespace}/${target.name}`);
    let counted = -1;
    for (let attempt = 0; attempt < plan.attempts; attempt++) {
      if (echo) {
        echo.arrivals.length = 0;
      }
      await sendMany(plan.requests, plan.concurrency, () => send(mesh.url, test));
      await new Promise((resolve) => setTimeout(resolve, 300));
      counted = echo?.arrivals.length ?? -1;
      if (Math.abs(counted - plan.requests * share) <= slack) {
        break;
      }
    }
    expect(
      Math.abs(counted - plan.requests * share),
      `${counted} of ${plan.requests} were mirrored`,
    ).toBeLessThanOrEqual(slack);
  }
}

async function checkShares(test: ConformanceCase): Promise<void> {
  const plan = test.expect.distribution;
  if (!plan) {
    return;
  }
  let worst: Record<string, number> = {};
  for (let attempt = 0; attempt < plan.attempts; attempt++) {
    const answers = await sendMany(plan.requests, plan.concurrency, (i) =>
      send(mesh.url, test, i % 2 === 0 ? {} : { "x-jitter": String(i) }),
    );
    worst = {};
    for (const [name, weight] of Object.entries(plan.weights)) {
      const share = answers.filter((a) => a.arrival?.service === name).length / plan.requests;
      if (weight === 0 ? share > 0 : Math.abs(share - weight) > plan.tolerance_absolute) {
        worst[name] = share;
      }
    }
    if (Object.keys(worst).length === 0) {
      return;
    }
  }
  expect(worst).toEqual({});
}

async function checkRepeats(test: ConformanceCase): Promise<void> {
  const plan = test.expect.repeat;
  if (!plan) {
    return;
  }
  const header = plan.every_backend_request.header_equals_serving_backend.toLowerCase();
  for (const answer of await sendMany(plan.requests, 10, () => send(mesh.url, test))) {
    expect(answer.arrival?.headers[header]).toBe(answer.arrival?.service);
  }
}

async function checkWebSocket(test: ConformanceCase): Promise<void> {
  const headers = { ...entryHeaders(test), ...test.request.headers };
  // Node's WebSocket takes request headers, which its shared type declaration does not know.
  const Client = WebSocket as unknown as new (url: string, options: { headers: Record<string, string> }) => WebSocket;
  const socket = new Client(mesh.url.replace(/^http/, "ws") + test.request.path, { headers });
  socket.binaryType = "arraybuffer";
  const inbox: unknown[] = [];
  socket.addEventListener("message", (event) => inbox.push(event.data));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("the upgrade was refused")));
  });
  for (const step of test.websocket ?? []) {
    const sent = inbox.length;
    socket.send(step.send_text ?? new Uint8Array(step.send_binary ?? []));
    await expect.poll(() => inbox.length).toBe(sent + 1);
    const received = inbox[sent];
    if (received instanceof ArrayBuffer) {
      expect([...new Uint8Array(received)]).toEqual(step.expect_binary);
    } else {
      expect(received).toBe(step.expect_text);
    }
  }
  socket.close();
}

async function run(test: ConformanceCase): Promise<void> {
  await prepare(test);
  if (test.websocket) {
    return checkWebSocket(test);
  }
  const before = [...echoes.values()].reduce((sum, echo) => sum + echo.arrivals.length, 0);
  const answer = await send(mesh.url, test);
  expect(test.expect.status, `${answer.status} ${answer.body}`).toContain(answer.status);
  checkBackendRequest(test, answer);
  checkResponse(test, answer);
  checkRedirect(test, answer);
  if (test.expect.answered_by_gateway) {
    expect([...echoes.values()].reduce((sum, echo) => sum + echo.arrivals.length, 0)).toBe(before);
  }
  await checkMirrors(test);
  await checkMirrorShares(test);
  await checkShares(test);
  return checkRepeats(test);
}

describe.skipIf(!haveCases)(
  "Gateway API conformance (skipped where ../shared/conformance/gateway-api is absent)",
  () => {
    beforeAll(async () => {
      mesh = await startMesh({ trustEntry: true });
    });

    afterAll(async () => {
      await mesh?.stop();
      await Promise.all([...echoes.values()].map((echo) => echo.close()));
    });

    describe.each(tests.map((test) => ({ name: test.name, test })))("$name", ({ test }) => {
      beforeAll(() => install(test));
      for (const one of test.cases) {
        it(`${one.id}: ${one.name}`, () => run(one));
      }
    });
  },
);
