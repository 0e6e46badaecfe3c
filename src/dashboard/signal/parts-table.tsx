// Golden signals of the parts of something: versions, routes, callers, endpoints.
import type { ReactNode } from "react";
import type { SignalPart } from "../../model/api/signals.ts";
import { DataTable } from "../part/data-table.tsx";
import { countText, msText, percentText, rateText } from "../word/number.ts";

export function PartsTable({
  caption,
  parts,
}: {
  readonly caption: string;
  readonly parts: readonly SignalPart[];
}): ReactNode {
  return parts.length === 0 ? null : (
    <DataTable
      caption={caption}
      rows={parts}
      keyOf={({ name }) => name}
      columns={[
        {
          head: "Name",
          cell: ({ name }) => (name === "_other" ? "all others" : name === "" ? "none" : name),
          sort: ({ name }) => name,
        },
        {
          head: "Requests",
          number: true,
          cell: ({ signals }) => countText(signals.requests),
          sort: ({ signals }) => signals.requests,
        },
        {
          head: "Rate",
          number: true,
          cell: ({ signals }) => rateText(signals.perSecond),
          sort: ({ signals }) => signals.perSecond,
        },
        {
          head: "Errors",
          number: true,
          cell: ({ signals }) => percentText(signals.errorPercent),
          sort: ({ signals }) => signals.errorPercent,
        },
        {
          head: "p50",
          number: true,
          cell: ({ signals }) => msText(signals.p50Ms),
          sort: ({ signals }) => signals.p50Ms ?? 0,
        },
        {
          head: "p95",
          number: true,
          cell: ({ signals }) => msText(signals.p95Ms),
          sort: ({ signals }) => signals.p95Ms ?? 0,
        },
        {
          head: "p99",
          number: true,
          cell: ({ signals }) => msText(signals.p99Ms),
          sort: ({ signals }) => signals.p99Ms ?? 0,
        },
      ]}
    />
  );
}
