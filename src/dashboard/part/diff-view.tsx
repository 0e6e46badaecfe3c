// What changes in a text: signs beside the lines, so that nothing depends on colour.
import type { ReactNode } from "react";
import { lineDiff } from "../word/line-diff.ts";

const looks = { "+": "add", "-": "remove", " ": "", "…": "quiet" } as const;
const words = { "+": "added", "-": "removed", " ": "", "…": "unchanged lines" } as const;

export function DiffView({ before, after }: { readonly before: string; readonly after: string }): ReactNode {
  const lines = lineDiff(before, after);
  if (lines.every(({ sign }) => sign === " " || sign === "…")) {
    return <p className="quiet">No difference.</p>;
  }
  return (
    <div className="diff" role="group" aria-label="Difference, line by line">
      {lines.map(({ sign, text }, index) => (
        <div key={index} className={looks[sign]}>
          <span
            className="sign"
            aria-label={words[sign] === "" ? undefined : words[sign]}
            role={words[sign] === "" ? undefined : "img"}
          >
            {sign}
          </span>
          <span>{text}</span>
        </div>
      ))}
    </div>
  );
}
