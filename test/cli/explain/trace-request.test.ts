// `selvage trace METHOD URL`: what is sent, to whom, and what is shown of it.
import { afterEach, beforeEach, expect, it } from "vitest";
import { CommandBench } from "../../support/command-bench.ts";
import { problem } from "../../support/scripted-api.ts";

const TRACE = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  start: "2026-01-01T12:00:00.000Z",
  tookMs: 12,
  spans: [
    {
      spanId: "b7ad6b7169203331",
      parentSpanId: null,
      name: "GET /orders",
      kind: "server",
      startMs: 0,
      tookMs: 12,
      isError: false,
      attributes: { "http.response.status_code": 200, "selvage.service": "shop/orders" },
      events: [],
    },
  ],
};

let bench: CommandBench;
let misses = 0;
beforeEach(async () => {
  misses = 1;
  bench = new CommandBench();
  await bench.script(({ url, headers }, path) => {
    if (path === "/trace-passes") {
      return { body: { pass: "the-pass", expiresAt: "2026-01-01T12:15:00.000Z" } };
    }
    if (path.startsWith("/traces/")) {
      misses -= 1;
      return misses >= 0 ? problem(404, "SLV1006", "no such trace") : { body: TRACE };
    }
    const isTraced = headers["selvage-trace"] === "the-pass";
    return isTraced && url === "/orders?x=1"
      ? { headers: { "x-request-id": "r-1", "selvage-decision": 'limit; policy="none"; rev=7' } }
      : { status: 500 };
  });
});
afterEach(() => bench.close());

it("sends the request with a pass and without the operator's token, waits for the trace and shows it", async () => {
  const { code, stdout, stderr } = await bench.run("trace", "POST", "/orders?x=1", "-H", "X-Tenant: a", "-d", "{}");
  const [minted, sent, first, second] = bench.seen;
  expect([minted?.headers["authorization"], sent?.headers["authorization"]]).toEqual(["Bearer t", undefined]);
  expect([sent?.method, sent?.url, sent?.headers["x-tenant"], sent?.body]).toEqual(["POST", "/orders?x=1", "a", "{}"]);
  const traceId = String(sent?.headers["traceparent"]).split("-")[1];
  expect([first?.url, second?.url]).toEqual([`/_selvage/v1/traces/${traceId}`, `/_selvage/v1/traces/${traceId}`]);
  expect(code).toBe(0);
  expect(stdout).toContain("GET /orders");
  expect(stdout).toContain("selvage explain r-1");
  expect(stderr).toContain('/orders?x=1: 200, decided by limit; policy="none"; rev=7');
});

it("continues a trace that the caller names, and posts what has a body", async () => {
  const traceparent = `00-${TRACE.traceId}-1111111111111111-01`;
  await bench.run("trace", "/orders?x=1", "-H", `traceparent: ${traceparent}`, "-d", "a=b");
  const [, sent, asked] = bench.seen;
  expect([sent?.method, sent?.headers["traceparent"]]).toEqual(["POST", traceparent]);
  expect(asked?.url).toBe(`/_selvage/v1/traces/${TRACE.traceId}`);
});

it("tells what is no header, no address, and what does not answer", async () => {
  expect(await bench.run("trace", "/orders", "-H", "nonsense")).toMatchObject({ code: 2 });
  expect(await bench.run("trace", "GET", "orders")).toMatchObject({ code: 2 });
  expect(await bench.run("trace", "GE T", "/orders")).toMatchObject({ code: 2 });
  expect(await bench.run("trace", "/orders", "-H", "a b: c")).toMatchObject({ code: 2 });
  expect(await bench.run("trace", "GET", "/orders", "-d", "body")).toMatchObject({ code: 2 });
  expect(bench.seen).toHaveLength(0);
  const gone = await bench.run("trace", "http://127.0.0.1:1/");
  expect([gone.code, gone.stderr]).toEqual([8, expect.stringContaining("http://127.0.0.1:1/ did not answer")]);
});

it.each([
  [["trace", "-d", "x"], "--data is of a request"],
  [["trace", TRACE.traceId, "-H", "a: b"], "--header is of a request"],
  [["trace", "--pass", "/orders"], "--pass is asked for alone"],
  [["trace", "--pass", "-d", "x"], "--pass is asked for alone"],
  [["explain", "service", "--client-ip", "192.0.2.7"], "--client-ip is of a request"],
  [["explain", "6f0d9c1e-6f5b-4a3e-9a53-0f4f6c7d2b11", "--revision", "3"], "--revision is of a request"],
])("refuses what would be asked for and not done: %j", async (line, said) => {
  const { code, stderr } = await bench.run(...line);
  expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  expect(bench.seen).toHaveLength(0);
});
