// Figures of a command for people, or as one line of JSON.

export function printRows(rows: readonly Readonly<Record<string, number | string>>[], asJson: boolean): void {
  if (asJson) {
    console.log(JSON.stringify(rows));
  } else {
    console.table(rows);
  }
}
