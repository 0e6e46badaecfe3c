// `X-Forwarded-For` as proxies in front write it: each appends the address that it was called from. Read from the
// right, and no further than there are proxies that are trusted: what stands to the left is whatever a caller wrote.
import { readIp } from "../text/ip.ts";

/**
 * The address that the outermost of `trustedHops` proxies was called from, without a port.
 *
 * @param trustedHops 1 = the last entry
 * @returns undefined = the header has no such entry; null = it has one, and that is no address
 * @example forwardedAddress("spoofed, 203.0.113.7, 10.0.0.2", 2) // "203.0.113.7"
 */
export function forwardedAddress(forwardedFor: string | null, trustedHops: number): string | null | undefined {
  if (forwardedFor === null || forwardedFor.trim() === "") {
    return undefined;
  }
  const entry = forwardedFor.split(",").at(-trustedHops)?.trim();
  return entry === undefined ? undefined : addressIn(entry);
}

function addressIn(entry: string): string | null {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(entry)?.[1];
  const plain = bracketed ?? /^(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}$/.exec(entry)?.[1] ?? entry;
  return readIp(plain) === null ? null : plain;
}
