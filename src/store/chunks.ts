// Rows on their way into D1: as JSON, in parameters that are short enough.

/** Characters of JSON in one parameter: D1 takes 2 MB, and a character is at most three bytes of it. */
const CHUNK_CHARS = 600_000;

/** The rows as JSON arrays, each short enough to be one parameter; a row is never split. */
export function chunked(rows: readonly unknown[]): string[] {
  const chunks: string[] = [];
  let [open, length]: [string[], number] = [[], 0];
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (open.length > 0 && length + text.length > CHUNK_CHARS) {
      chunks.push(`[${open.join(",")}]`);
      [open, length] = [[], 0];
    }
    open.push(text);
    length += text.length + 1;
  }
  return open.length > 0 ? [...chunks, `[${open.join(",")}]`] : chunks;
}
