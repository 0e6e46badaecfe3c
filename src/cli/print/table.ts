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
