// Two texts line by line. What did not change for long is left out.
import { diffLines } from "diff";

interface DiffLine {
  readonly sign: "+" | "-" | " " | "…";
  readonly text: string;
}

/** Unchanged lines that stay around a change. */
const AROUND = 3;

export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const all = diffLines(before, after).flatMap(({ value, added, removed }) => {
    const sign = added ? "+" : removed ? "-" : " ";
    return value
      .replace(/\n$/, "")
      .split("\n")
      .map((text): DiffLine => ({ sign, text }));
  });
  const isNear = all.map(() => false);
  for (const [at, { sign }] of all.entries()) {
    if (sign !== " ") {
      isNear.fill(true, Math.max(0, at - AROUND), at + AROUND + 1);
    }
  }
  const shown: DiffLine[] = [];
  for (const [at, line] of all.entries()) {
    if (isNear[at] === true) {
      shown.push(line);
    } else if (shown.at(-1)?.sign !== "…") {
      shown.push({ sign: "…", text: "" });
    }
  }
  return shown;
}
