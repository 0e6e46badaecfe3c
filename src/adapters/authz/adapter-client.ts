// What a proxy tells about a client's request: each thing once, and a host that is one.

/**
 * Two lines of one header arrive as one, joined by a comma and a space: which of them the proxy meant, nobody knows.
 */
export function saidTwice(headers: Headers, names: readonly string[]): string | null {
  const name = names.find((one) => headers.get(one)?.includes(", "));
  return name === undefined ? null : `The proxy sent ${name} more than once`;
}

/** A slash or a question mark in a host would move into the path: another one would be judged than is forwarded. */
export function hostFault(host: string): string | null {
  return /[/?#\\@,\s]/.test(host) ? `The proxy told a host that is none: ${JSON.stringify(host.slice(0, 100))}` : null;
}
