// Headers of a request as `-H 'name: value'` says them, for one that is imagined and for one that is sent.

/** By lower-case names; what is said twice is joined. A string = the line that is no header. */
export function requestHeaders(lines: readonly string[]): Record<string, string> | string {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, said = "", value = ""] = /^([^:]+):\s*(.*)$/s.exec(line) ?? [];
    const name = said.trim().toLowerCase();
    if (name === "") {
      return line;
    }
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
  return headers;
}

export const noHeader = (line: string): string => `"${line}" is no header; write -H 'name: value'`;
