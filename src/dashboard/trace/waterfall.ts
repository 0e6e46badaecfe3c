// The spans of a trace in the order of a tree: parents before children, each with its depth. A span whose parent is not
// there stands at the top; a circle of parents, which no honest tracer makes, ends.
import type { TraceShown } from "../../model/api/requests.ts";

type SpanShown = TraceShown["spans"][number];

interface WaterfallRow {
  readonly span: SpanShown;
  readonly depth: number;
}

const DEEPEST = 50;

export function waterfall(spans: readonly SpanShown[]): readonly WaterfallRow[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const byStart = spans.toSorted((a, b) => a.startMs - b.startMs);
  const children = Map.groupBy(byStart, ({ parentSpanId }) =>
    parentSpanId !== null && ids.has(parentSpanId) ? parentSpanId : null,
  );
  const rows: WaterfallRow[] = [];
  const seen = new Set<string>();
  const walk = (parent: string | null, depth: number): void => {
    for (const span of children.get(parent) ?? []) {
      if (!seen.has(span.spanId) && depth < DEEPEST) {
        seen.add(span.spanId);
        rows.push({ span, depth });
        walk(span.spanId, depth + 1);
      }
    }
  };
  walk(null, 0);
  // What only hangs on itself is shown all the same.
  for (const span of byStart) {
    if (!seen.has(span.spanId)) {
      seen.add(span.spanId);
      rows.push({ span, depth: 0 });
    }
  }
  return rows;
}
