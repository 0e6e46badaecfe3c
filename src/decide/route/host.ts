// Hostnames with wildcards, as the Gateway API compares them: `*.example.com` covers every name below example.com at
// any depth but not example.com itself, `*` covers all. Hosts are lower-case, without port and trailing dot.

/** Does every request for `narrow` (a host or a pattern) also fit `wide`? */
export function covers(wide: string, narrow: string): boolean {
  if (wide === "*" || wide === narrow) {
    return true;
  }
  if (!wide.startsWith("*.")) {
    return false;
  }
  const suffix = wide.slice(1);
  if (narrow.startsWith("*.")) {
    return narrow.length > wide.length && narrow.endsWith(suffix);
  }
  return narrow.length > suffix.length && narrow.endsWith(suffix);
}

/** The hosts that fit both patterns, as one pattern; null when there are none. */
export function intersect(left: string, right: string): string | null {
  if (covers(left, right)) {
    return right;
  }
  return covers(right, left) ? left : null;
}

/**
 * The value of the most specific pattern in `table` that fits the host and that `accept` takes; undefined when there is
 * none. Costs one look-up for each label of the host, however large the table.
 */
export function lookUp<Value>(
  table: Readonly<Record<string, Value>>,
  host: string,
  accept?: (value: Value) => boolean,
): Value | undefined {
  for (let pattern: string | null = host; pattern !== null; pattern = wider(pattern)) {
    // Hosts are chosen by callers: "constructor" must not find Object.prototype's.
    if (!Object.hasOwn(table, pattern)) {
      continue;
    }
    const value = table[pattern];
    if (value !== undefined && (accept === undefined || accept(value))) {
      return value;
    }
  }
  return undefined;
}

/** The next less specific pattern: a.b.c → *.b.c → *.c → *; null after `*`. */
export function wider(pattern: string): string | null {
  if (pattern === "*") {
    return null;
  }
  const dot = pattern.indexOf(".", pattern.startsWith("*.") ? 2 : 0);
  return dot === -1 ? "*" : `*${pattern.slice(dot)}`;
}
