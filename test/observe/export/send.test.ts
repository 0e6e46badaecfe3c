// Spans on their way to a collector. The receiver is our own and strict: it takes what OTLP's JSON says and no more.
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { exportItems, newExporting, type Collecting } from "../../../src/observe/export/send.ts";
import { LOGS } from "../../../src/observe/export/logs.ts";
import { TRACES } from "../../../src/observe/export/traces.ts";
import { accessLine } from "../../../src/observe/export/access-line.ts";
import type { Receipt } from "../../../src/model/message/receipt.ts";
import { sampleReceipt } from "../../support/documents/receipts.ts";

const nanos = z.string().regex(/^\d{19}$/);
const value = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
  z.strictObject({ doubleValue: z.number() }),
  z.strictObject({ boolValue: z.boolean() }),
]);
const attributes = z.array(z.strictObject({ key: z.string().min(1), value }));
const span = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  name: z.string().min(1),
  kind: z.union([z.literal(2), z.literal(3)]),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes,
  events: z.array(z.strictObject({ name: z.string(), timeUnixNano: nanos, attributes })),
  status: z.strictObject({ code: z.literal(2).optional() }),
});
const exported = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.array(z.strictObject({ scope: z.strictObject({ name: z.string() }), spans: z.array(span) })),
    }),
  ),
});

const record = z.strictObject({
  timeUnixNano: nanos,
  observedTimeUnixNano: nanos,
  severityNumber: z.union([z.literal(9), z.literal(17)]),
  severityText: z.enum(["INFO", "ERROR"]),
  body: z.strictObject({ stringValue: z.string() }),
  attributes,
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
});
const logged = z.strictObject({
  resourceLogs: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeLogs: z.array(z.strictObject({ scope: z.strictObject({ name: z.string() }), logRecords: z.array(record) })),
    }),
  ),
});

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

let retryAfter = "7";
afterEach(() => (retryAfter = "7"));

/** Answers these statuses, one after the other, then 200. */
async function collector(...statuses: readonly number[]) {
  const left = [...statuses];
  const taken: z.output<typeof exported>[] = [];
  const records: z.output<typeof record>[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const status = left.shift() ?? (/^\/v1\/(?:traces|logs)$/.test(request.url ?? "") ? 200 : 404);
      headers.push(request.headers);
      if (status === 200 && request.url === "/v1/logs") {
        const { resourceLogs } = logged.parse(JSON.parse(Buffer.concat(chunks).toString()));
        records.push(...resourceLogs.flatMap((r) => r.scopeLogs.flatMap((s) => s.logRecords)));
      } else if (status === 200) {
        taken.push(exported.parse(JSON.parse(Buffer.concat(chunks).toString())));
      }
      response.writeHead(status, status === 503 ? { "retry-after": retryAfter } : {}).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const slept: number[] = [];
  const to: Collecting = {
    endpoint: `http://127.0.0.1:${port}`,
    headers: { authorization: "Bearer c" },
    protocol: "http/json",
    mesh: "mesh.local",
    now: () => 0,
    random: () => 0,
    // Patience is never over; a wait between two tries is.
    sleep: (ms) => (ms === 10_000 ? new Promise(() => undefined) : (slept.push(ms), Promise.resolve())),
    fetch,
  };
  const spans = () => taken.flatMap((one) => one.resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans)));
  return { to, taken, records, headers, slept, spans };
}

const call = {
  spanId: "1111111111111111",
  purpose: "attempt" as const,
  service: "shop/orders",
  endpoint: "e1",
  cluster: "eu",
  version: null,
  fromMs: 2,
  toMs: 9,
  status: 502,
  failure: null,
};

describe("a collector", () => {
  it("gets what a strict reader of OTLP's JSON takes, with the operator's headers", async () => {
    const { to, headers, spans } = await collector();
    await exportItems(newExporting<Receipt>(), [sampleReceipt({ calls: [call], tookMs: 12.5 })], TRACES, to);
    expect(spans().map(({ kind, parentSpanId, status }) => [kind, parentSpanId, status.code])).toEqual([
      [2, undefined, 2],
      [3, "b7ad6b7169203331", 2],
    ]);
    expect(headers[0]).toMatchObject({ authorization: "Bearer c", "content-type": "application/json" });
  });

  it("is asked again when it is busy, after what it says, and nothing is sent twice that it took", async () => {
    const { to, slept, spans } = await collector(503, 429);
    const exporting = newExporting<Receipt>();
    await exportItems(exporting, [sampleReceipt({})], TRACES, to);
    expect([slept, spans().length, exporting.dropped]).toEqual([[7000, 2000], 1, 0]);
  });

  it("may name a date to be asked again at, and is asked at a time of its own where it names none", async () => {
    const { to, slept } = await collector(503, 503, 429);
    retryAfter = "Thu, 01 Jan 1970 00:00:09 GMT";
    await exportItems(newExporting<Receipt>(), [sampleReceipt({})], TRACES, {
      ...to,
      now: () => 4000,
      random: () => 0.5,
    });
    expect(slept).toEqual([5000, 5000, 5000]);
  });

  it("that refuses for good, or for too long, costs what it was asked to take: counted, and told to the next", async () => {
    const { to, taken } = await collector(400, 503, 503, 503, 503);
    const exporting = newExporting<Receipt>();
    await exportItems(exporting, [sampleReceipt({ calls: [call] })], TRACES, to);
    await exportItems(exporting, [sampleReceipt({})], TRACES, to);
    expect(exporting.dropped).toBe(3);
    await exportItems(exporting, [sampleReceipt({})], TRACES, to);
    const told = taken[0]?.resourceSpans[0]?.resource.attributes.find(({ key }) => key === "selvage.telemetry.dropped");
    expect(told?.value).toEqual({ intValue: "3" });
  });

  const answering = (body: string, type = "application/json") => {
    let calls = 0;
    const fetch = async (): Promise<Response> => (
      (calls += 1),
      new Response(body, { headers: { "content-type": type } })
    );
    return { fetch, calls: () => calls };
  };

  it.each([
    ["its count as text", '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}', 1],
    ["its count as a number", '{"partialSuccess":{"rejectedSpans":2}}', 2],
    ["more than it was sent", '{"partialSuccess":{"rejectedSpans":"9007199254740993"}}', 0],
    ["more than it was sent, by little", '{"partialSuccess":{"rejectedSpans":"7"}}', 2],
    ["less than nothing", '{"partialSuccess":{"rejectedSpans":"-4"}}', 0],
    ["only a warning", '{"partialSuccess":{"errorMessage":"soon to be gone"}}', 0],
    ["nothing that can be read", "<html>", 0],
    ["no end of words", `{"partialSuccess":{"errorMessage":"${"x".repeat(100_000)}","rejectedSpans":"1"}}`, 0],
  ])("that took a part of it says %s: that is counted, and not sent again", async (_, body, dropped) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { to } = await collector();
    const { fetch, calls } = answering(body);
    const exporting = newExporting<Receipt>();
    await exportItems(exporting, [sampleReceipt({ calls: [call] })], TRACES, { ...to, fetch });
    expect([calls(), exporting.dropped]).toEqual([1, dropped]);
    expect(warn.mock.calls.length).toBe(dropped > 0 || body.includes("soon") ? 1 : 0);
    warn.mockRestore();
  });

  it("gets protobuf where that is asked for, and answers in it", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { to } = await collector();
    const types: unknown[] = [];
    const fetch = async (_: string, { headers, body }: RequestInit): Promise<Response> => {
      types.push(Reflect.get(Object(headers), "content-type"), body instanceof Uint8Array);
      const rejected = Buffer.from("\x0a\x08\x08\x01\x12\x04full", "latin1");
      return new Response(rejected, { headers: { "content-type": "application/x-protobuf" } });
    };
    const exporting = newExporting<Receipt>();
    await exportItems(exporting, [sampleReceipt({})], TRACES, { ...to, protocol: "http/protobuf", fetch });
    expect([types, exporting.dropped]).toEqual([["application/x-protobuf", true], 1]);
    expect(warn.mock.calls[0]?.[0]).toContain("did not take 1 of what was sent to /v1/traces: full");
    warn.mockRestore();
  });

  it("that hangs holds up nobody: a bounded number waits, and the rest is dropped", async () => {
    const { to } = await collector();
    const exporting = newExporting<Receipt>();
    const hanging = { ...to, fetch: () => new Promise<Response>(() => undefined) };
    void exportItems(exporting, [sampleReceipt({})], TRACES, hanging);
    await exportItems(
      exporting,
      Array.from({ length: 600 }, () => sampleReceipt({})),
      TRACES,
      hanging,
    );
    expect([exporting.waiting.length, exporting.dropped]).toEqual([500, 100]);
  });

  it("that cannot be reached is tried four times", async () => {
    const { to, slept } = await collector();
    const exporting = newExporting<Receipt>();
    await exportItems(exporting, [sampleReceipt({})], TRACES, {
      ...to,
      fetch: () => Promise.reject(new Error("refused")),
    });
    expect([slept, exporting.dropped]).toEqual([[1000, 2000, 4000], 1]);
  });

  it("gets lines of the access log in one call, gathered for a second, with the names that spans have", async () => {
    const { to, records, headers, slept } = await collector(503);
    const exporting = newExporting<ReturnType<typeof accessLine>>();
    const first = exportItems(exporting, [accessLine(sampleReceipt({}))], LOGS, to);
    await exportItems(
      exporting,
      [accessLine(sampleReceipt({ status: 200, code: null, stage: "forwarded" }))],
      LOGS,
      to,
    );
    await first;
    expect([slept, headers.length, exporting.dropped]).toEqual([[1000, 7000], 2, 0]);
    expect(records.map(({ severityText, body }) => [severityText, body.stringValue])).toEqual([
      ["ERROR", "GET shop.example/orders/17 502 30 ms SLV5006"],
      ["INFO", "GET shop.example/orders/17 200 30 ms forwarded"],
    ]);
    expect(records[0]?.attributes).toContainEqual({ key: "http.response.status_code", value: { intValue: "502" } });
  });
});
