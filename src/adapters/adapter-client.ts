// The client's address as a proxy tells it. What a client wrote itself stands to the left of what the proxy appended.

/** The last address of `X-Forwarded-For`, without a port; null = none. */
export function lastAddress(forwardedFor: string | null): string | null {
  const last = forwardedFor?.split(",").at(-1)?.trim() ?? "";
  const bracketed = /^\[([0-9A-Fa-f:.]+)\](?::\d+)?$/.exec(last)?.[1];
  if (bracketed !== undefined) return bracketed;
  const address = /^(\d{1,3}(?:\.\d{1,3}){3}):\d+$/.exec(last)?.[1] ?? last;
  return /^[0-9A-Fa-f:.]{2,45}$/.test(address) ? address : null;
}
