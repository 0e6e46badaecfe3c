// kubectl-style tables: no borders, three spaces between columns, the last one as long as it is. Fits `awk` and eyes.

/** Lines of the table. Empty cells are shown as `-`, so that columns can be counted. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [head, ...rows].map((row) => row.map((cell) => (cell === "" ? "-" : cell.replaceAll(/\s+/g, " "))));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => width(row[column] ?? ""))));
  return cells.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - width(cell)),
      )
      .join("   "),
  );
}

/** Code points, which is what a terminal shows for the names, hosts and numbers that stand in our tables. */
const width = (text: string): number => Array.from(text).length;

/** `41d`, `3h`, `12m`, `8s`: how long ago, in the largest unit that is not zero. `-` for what has no time. */
export function age(since: string | null, now: number): string {
  const started = since === null ? Number.NaN : Date.parse(since);
  if (Number.isNaN(started)) {
    return "-";
  }
  const seconds = Math.max(0, Math.floor((now - started) / 1000));
  const [unit, size] = ages.find(([, size]) => seconds >= size) ?? ["s", 1];
  return `${Math.floor(seconds / size)}${unit}`;
}

const ages: readonly (readonly [string, number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
];
