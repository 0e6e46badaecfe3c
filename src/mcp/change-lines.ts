// A planned or written change in lines.
import type { ApplyResult } from "../model/api/apply.ts";

export const countsOf = ({ summary: { create, update, prune } }: Pick<ApplyResult, "summary">): string =>
  `${create} created, ${update} updated, ${prune} removed`;

export function changeLines(change: ApplyResult): string[] {
  const { revision, items, warnings } = change;
  return [
    `on revision ${revision}: ${countsOf(change)}`,
    ...items.flatMap(({ ref, action, patch }) => {
      const lines = action === "unchanged" ? [] : [`${action} ${ref}`];
      return lines.concat((action === "update" ? (patch ?? []) : []).map((one) => `  ${JSON.stringify(one)}`));
    }),
    ...warnings.map(({ code, message }) => `warning ${code}: ${message}`),
  ];
}
