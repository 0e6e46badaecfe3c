// Messages of OTLP as protobuf: what goes out in JSON and what goes out in protobuf is one message. Judged by others:
// Google's library reads both with OpenTelemetry's own generated classes.
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUCKETS, bucketOf } from "../../../src/decide/signals/histogram.ts";
import { metricParts, METRICS } from "../../../src/observe/export/metrics.ts";
import { accessLine } from "../../../src/observe/export/access-line.ts";
import { LOGS } from "../../../src/observe/export/logs.ts";
import { partialSuccessOf, protobufOf } from "../../../src/observe/export/protobuf.ts";
import { TRACES } from "../../../src/observe/export/traces.ts";
import type { CallSpan, ToldStep } from "../../../src/model/message/receipt.ts";
import { sampleReceipt } from "../../support/documents/receipts.ts";
import { sized } from "../../support/long.ts";
import { messagesMissing, PYTHON, PYTHON_ENV } from "../../support/otlp/tools.ts";

const missing = messagesMissing();

const id = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((one) => Buffer.from(one).toString("hex"));
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const known = fc.option(text, { nil: null });
const ms = fc.double({ min: 0, max: 1e6, noNaN: true });
const fact = fc.oneof(text, fc.double({ noNaN: true }), fc.integer(), fc.boolean());
const step: fc.Arbitrary<ToldStep> = fc.record({
  stage: text,
  atMs: ms,
  facts: fc.dictionary(text, fc.oneof(fact, fc.array(text, { maxLength: 3 }))),
});
const call: fc.Arbitrary<CallSpan> = fc.record({
  spanId: id(8),
  purpose: fc.constantFrom("attempt" as const, "mirror" as const, "external-auth" as const),
  service: text,
  endpoint: text,
  cluster: text,
  version: known,
  fromMs: ms,
  toMs: fc.option(ms, { nil: null }),
  status: fc.option(fc.integer({ min: 100, max: 599 }), { nil: null }),
  failure: known,
});
const receipt = fc
  .record({
    traceId: id(16),
    spanId: id(8),
    parentSpanId: fc.option(id(8), { nil: null }),
    at: fc.integer({ min: 1, max: 4_102_444_800_000 }),
    tookMs: ms,
    path: text,
    caller: text,
    version: known,
    endpoint: known,
    policy: known,
    code: known,
    detail: known,
    status: fc.integer({ min: 100, max: 599 }),
    revision: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    steps: fc.array(step, { maxLength: 3 }),
    calls: fc.array(call, { maxLength: 3 }),
  })
  .map(sampleReceipt);

function counted(times: readonly number[]): Float64Array {
  const counts = new Float64Array(BUCKETS);
  times.forEach((time) => (counts[bucketOf(time)] = (counts[bucketOf(time)] ?? 0) + 1));
  return counts;
}

const labels = fc.dictionary(fc.constantFrom("service", "http_route", "selvage_caller", "le"), text);
const family = fc.oneof(
  fc.record({
    type: fc.constantFrom("counter" as const, "gauge" as const),
    name: fc.constantFrom("selvage_requests", "selvage_budget_ratio"),
    help: text,
    samples: fc.array(fc.record({ labels, value: fc.double({ noNaN: true }) }), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  fc.record({
    type: fc.constant("histogram" as const),
    name: fc.constant("http_server_request_duration_seconds"),
    help: text,
    samples: fc.array(
      fc.record({
        labels,
        counts: fc.array(fc.nat(20_000), { maxLength: 20 }).map(counted),
        sumMs: ms,
        exemplar: fc.constant(null),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
);
const request = fc.oneof(
  fc
    .array(receipt, { maxLength: 3 })
    .map((all) => ({ kind: "traces", body: TRACES.body(all, "mesh.local", all.length) })),
  fc
    .array(receipt, { maxLength: 3 })
    .map((all) => ({ kind: "logs", body: LOGS.body(all.map(accessLine), "mesh.local", all.length) })),
  fc.array(family, { maxLength: 3 }).map((all) => ({
    kind: "metrics",
    body: METRICS.body(metricParts(all, 1_700_000_000_000, 1_700_000_060_000), "mesh.local", all.length),
  })),
);

describe("a request in protobuf", () => {
  it("has the numbers and types of the published messages, byte by byte", () => {
    const body = LOGS.body([accessLine(sampleReceipt({ path: "/", tookMs: 0 }))], "m", 3);
    const bytes = Buffer.from(protobufOf(body)).toString("latin1");
    // Of LogRecord: time (1, fixed64), severity (2), its text (3), and the trace's sixteen bytes (9).
    expect(bytes).toContain("\x09\x00\x80\xa1\x36\x9c\x99\x86\x18");
    expect(bytes).toContain("\x10\x11\x1a\x05ERROR");
    expect(bytes).toContain("\x4a\x10\x0a\xf7\x65\x19\x16\xcd\x43\xdd\x84\x48\xeb\x21\x1c\x80\x31\x9c");
    // Of the resource: an attribute (1) whose value (2) is an integer (3).
    expect(bytes).toContain("\x0a\x19selvage.telemetry.dropped\x12\x02\x18\x03");
  });

  it("throws where somebody adds a member that the messages do not have", () => {
    expect(() => protobufOf({ resourceSpans: [{ scopes: [] }] })).toThrow("OTLP has no scopes here");
  });

  it.skipIf(missing !== null)(`is the one that goes out in JSON${missing === null ? "" : `: ${missing}`}`, () => {
    const pairs = fc.sample(request, { numRuns: sized(300, 5000), seed: 13 });
    const lines = pairs.map(({ kind, body }) => {
      const protobuf = Buffer.from(protobufOf(body)).toString("base64");
      return JSON.stringify({ kind, json: JSON.stringify(body), protobuf });
    });
    const program = new URL("../../support/otlp/same.py", import.meta.url).pathname;
    const { status, stdout, stderr } = spawnSync(PYTHON, [program], {
      input: lines.join("\n"),
      env: PYTHON_ENV,
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    expect([status, stdout.trim().slice(-2000), stderr]).toEqual([0, String(pairs.length), ""]);
  });
});

describe("an answer in protobuf", () => {
  it("says how many were rejected, and why", () => {
    const answer = Buffer.from("\x0a\x08\x08\x03\x12\x04full", "latin1");
    expect(partialSuccessOf(answer)).toEqual({ rejected: 3, message: "full" });
    expect(partialSuccessOf(new Uint8Array(0))).toEqual({ rejected: 0, message: "" });
  });

  it("may be anything, and is read in one go or refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(typeof partialSuccessOf(bytes).message).toBe("string");
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: sized(500, 20_000) },
    );
  });
});
