// The W3C's own validation suite, against the pure function; what is specific to one process is left out there.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { continueTrace } from "../../../src/decide/header/trace-context.ts";

const file = new URL("../../../../shared/conformance/trace-context/cases.json", import.meta.url);

interface Expectation {
  readonly field: "traceparent" | "trace_id" | "parent_id" | "trace_flags" | "tracestate";
  readonly op: string;
  readonly key?: string;
  readonly value?: unknown;
}
interface Case {
  readonly name: string;
  readonly steps: readonly {
    readonly request_headers: readonly (readonly [string, string])[];
    readonly callbacks?: number;
    readonly expect: readonly Expectation[];
  }[];
}

const cases: readonly Case[] = existsSync(file)
  ? (JSON.parse(readFileSync(file, "utf8")) as { tests: Case[] }).tests
  : [];
const VALID = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Deterministic and different each time. */
function counter(): () => number {
  let calls = 0;
  return () => (++calls * 0.618033988749895) % 1;
}

function send(headers: readonly (readonly [string, string])[], random: () => number): ReturnType<typeof continueTrace> {
  const sent = new Headers(headers.map(([name, value]): [string, string] => [name.replace(".", "-dot-"), value]));
  return continueTrace(sent.get("traceparent"), sent.get("tracestate"), random);
}

function members(tracestate: string | null): Map<string, string> {
  const list = tracestate === null || tracestate === "" ? [] : tracestate.split(",");
  return new Map(list.map((member) => [member.slice(0, member.indexOf("=")), member.slice(member.indexOf("=") + 1)]));
}

function check(
  { field, op, key = "", value }: Expectation,
  sent: readonly ReturnType<typeof send>[],
  before: number,
): void {
  const [first] = sent;
  const ids = sent.map(({ traceparent }) => VALID.exec(traceparent) ?? []);
  const state = first?.tracestate ?? null;
  const part = {
    traceparent: first?.traceparent,
    trace_id: ids[0]?.[1],
    parent_id: ids[0]?.[2],
    trace_flags: ids[0]?.[3],
    tracestate: state,
  }[field];
  switch (op) {
    case "one_valid_header":
      for (const { traceparent } of sent) {
        expect(traceparent).toMatch(VALID);
      }
      return;
    case "equals":
      return expect(field === "tracestate" ? members(state).get(key) : part).toBe(value);
    case "not_equals":
      return expect(part).not.toBe(value);
    case "key_present":
      return expect([...members(state).keys()]).toContain(key);
    case "key_absent":
      return expect([...members(state).keys()]).not.toContain(key);
    case "contains":
      return expect(state).toContain(value);
    case "contains_any":
      return expect((value as string[]).some((one) => state?.includes(one))).toBe(true);
    case "order": {
      const [left = "", right = ""] = value as string[];
      return expect(state?.indexOf(left)).toBeLessThan(state?.indexOf(right) ?? -1);
    }
    case "length":
      return expect(members(state).size).toBe(value);
    case "absent_or_not_empty":
      return expect(state).not.toBe("");
    case "same_length_as_previous_step":
      return expect(members(state).size).toBe(before);
    case "mask_set":
      return expect(Number.parseInt(ids[0]?.[3] ?? "0", 16) & (value as number)).toBe(value);
    case "all_callbacks_equal":
      return expect(ids.map((id) => id[1])).toEqual(ids.map(() => value));
    case "distinct_over_callbacks":
      return expect(new Set(ids.map((id) => id[2])).size).toBe(value);
    default:
      throw new Error(`the suite has a new kind of expectation: ${op}`);
  }
}

describe.skipIf(cases.length === 0)(
  "W3C trace context suite (skipped where ../shared/conformance/trace-context is absent)",
  () => {
    it.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
      const random = counter();
      let before = 0;
      for (const step of one.steps) {
        const sent = Array.from({ length: step.callbacks ?? 1 }, () => send(step.request_headers, random));
        for (const expectation of step.expect) {
          check(expectation, sent, before);
        }
        before = members(sent[0]?.tracestate ?? null).size;
      }
    });
  },
);

describe("continueTrace", () => {
  it("starts a sampled trace with random ids where there is none", () => {
    const random = counter();
    const [one, two] = [continueTrace(null, "a=1", random), continueTrace(null, null, random)];
    expect(one.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/);
    expect(one.tracestate).toBeNull();
    expect(one.traceparent.slice(3, 35)).not.toBe(two.traceparent.slice(3, 35));
  });

  it("never makes an id of zeros", () => {
    expect(continueTrace(null, null, () => 0).traceparent).toBe(`00-${"0".repeat(31)}1-${"0".repeat(15)}1-03`);
  });

  it("keeps the caller's decision not to sample", () => {
    const sent = `00-${"a".repeat(32)}-${"b".repeat(16)}-00`;
    expect(continueTrace(sent, null, () => 0.5).traceparent).toBe(`00-${"a".repeat(32)}-8000000080000000-00`);
  });
});
