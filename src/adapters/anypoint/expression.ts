// The few DataWeave expressions that policies of Anypoint hold, `#[attributes.headers['client_id']]`: what they read of
// a request. All others are not evaluated here, and whoever asks is told so by null.

/** Where a value comes from, in the words of keys of limits: `header:<name>`, `method`. */
export function readsFrom(expression: string): string | null {
  const inner = innerOf(expression);
  if (inner === null) {
    return null;
  }
  if (inner === "attributes.method") {
    return "method";
  }
  const header = /^attributes\.headers(?:\.([A-Za-z0-9_]+)|\.?\[?["']([^"']+)["']\]?)$/.exec(inner);
  const name = header?.[1] ?? header?.[2];
  return name === undefined ? null : `header:${name.toLowerCase()}`;
}

/** The header that an expression reads; null when it reads something else. */
export function headerOf(expression: string): string | null {
  const from = readsFrom(expression);
  return from !== null && from.startsWith("header:") ? from.slice("header:".length) : null;
}

/** The text that a value always is: it is no expression, or that of a text. */
export function literalOf(value: string): string | null {
  const inner = innerOf(value);
  if (inner === null) {
    return value;
  }
  return /^'([^'$\\]*)'$/.exec(inner)?.[1] ?? /^"([^"$\\]*)"$/.exec(inner)?.[1] ?? null;
}

function innerOf(expression: string): string | null {
  return /^\s*#\[([^]*)\]\s*$/.exec(expression)?.[1]?.trim() ?? null;
}
