// Search in lists: every word that was typed must be somewhere in the row. Linear in rows and text.

export function matching<Row>(rows: readonly Row[], typed: string, textOf: (row: Row) => string): readonly Row[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    return rows;
  }
  return rows.filter((row) => {
    const text = textOf(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** Those first that are called as was typed; the others fit by what else is told of them. */
export function namedFirst<Row>(rows: readonly Row[], typed: string, nameOf: (row: Row) => string): readonly Row[] {
  const wanted = typed.trim().toLowerCase();
  const [named, others]: [Row[], Row[]] = [[], []];
  for (const row of rows) {
    (nameOf(row).toLowerCase().includes(wanted) ? named : others).push(row);
  }
  return [...named, ...others];
}
