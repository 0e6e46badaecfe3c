/** A bucket's key is the JSON of its parts; the shared one begins with a control character. */
export function readLimitKey(key: string): { key: string[]; overflow: boolean } {
  if (!key.startsWith("[")) {
    return { key: [], overflow: key !== "" };
  }
  const parts: unknown = JSON.parse(key);
  return { key: Array.isArray(parts) ? parts.map(String) : [], overflow: false };
}
