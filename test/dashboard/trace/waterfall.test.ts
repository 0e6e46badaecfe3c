import { expect, it } from "vitest";
import { waterfall } from "../../../src/dashboard/trace/waterfall.ts";

type Span = Parameters<typeof waterfall>[0][number];

const span = (spanId: string, parentSpanId: string | null, startMs: number): Span => {
  const rest = { kind: "server", start: "", tookMs: 1, isError: false, attributes: {}, events: [] } as const;
  return { spanId, parentSpanId, name: spanId, startMs, ...rest };
};
const shown = (spans: readonly Span[]): string[] => waterfall(spans).map((row) => `${row.depth} ${row.span.spanId}`);

it("puts parents before children, and those that are alike in the order of time", () => {
  expect(shown([span("c", "a", 9), span("b", "a", 2), span("a", "elsewhere", 0), span("d", "b", 3)])).toEqual([
    "0 a",
    "1 b",
    "2 d",
    "1 c",
  ]);
});

it("shows every span once, though parents go in a circle or are their own", () => {
  expect(shown([span("a", "b", 0), span("b", "a", 1), span("c", "c", 2), span("d", null, 3)]).toSorted()).toEqual([
    "0 a",
    "0 b",
    "0 c",
    "0 d",
  ]);
});
