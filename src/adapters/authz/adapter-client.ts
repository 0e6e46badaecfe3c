// The client's address, and the host it asked for, as a proxy tells them. What a client wrote itself stands to the left of what the proxy appended.

/** The last address of `X-Forwarded-For`, without a port; null = none. */
export function lastAddress(forwardedFor: string | null): string | null {
  const last = forwardedFor?.split(",").at(-1)?.trim() ?? "";
  const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::\d+)?$/.exec(last)?.[1];
  if (bracketed !== undefined) return bracketed;
  const address = /^(\d{1,3}(?:\.\d{1,3}){3}):\d+$/.exec(last)?.[1] ?? last;
  return /^[0-9A-Fa-f:.]{2,45}$/.test(address) ? address : null;
}

/** Two lines of one header arrive as one, joined by a comma and a space: which of them the proxy meant, nobody knows. */
export function saidTwice(headers: Headers, names: readonly string[]): string | null {
  const name = names.find((one) => headers.get(one)?.includes(", "));
  return name === undefined ? null : `The proxy sent ${name} more than once`;
}

/** A slash or a question mark in a host would move into the path: another one would be judged than is forwarded. */
export function hostFault(host: string): string | null {
  return /[/?#\\@,\s]/.test(host) ? `The proxy told a host that is none: ${JSON.stringify(host.slice(0, 100))}` : null;
}
