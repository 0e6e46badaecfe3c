// One spelling per JSON value: members sorted by name, no white space, absent members left out. Equal values have equal
// text, so that it can be hashed. (RFC 8785 in spirit; numbers are written as JavaScript writes them, as there.)

/** The canonical text of a JSON value; members that are `undefined` count as absent. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}
