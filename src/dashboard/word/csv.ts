// Rows as CSV (RFC 4180). A cell that a spreadsheet would take for a formula begins with an apostrophe: what strangers
// wrote stays text there, too. Pure.

export function csvText(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => row.map(cellText).join(",")).join("\r\n") + "\r\n";
}

function cellText(cell: string): string {
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(cell) && !/^-?\d[\d., ]*$/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
