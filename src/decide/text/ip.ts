// IP addresses and blocks, read in one way by policies, limits and whoever asks where a URL points. ipaddr.js takes
// them apart; whatever has two readings (zone ids, short and octal forms) is no address here. An IPv4 address is the
// same in whatever it is wrapped: `::ffff:a.b.c.d`, and NAT64's `64:ff9b::a.b.c.d` (RFC 6052).
import ipaddr from "ipaddr.js";

type Ip = ipaddr.IPv4 | ipaddr.IPv6;

/** Four decimal numbers, none with a zero in front: to some readers that means octal. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
/** Nothing else is looked at, so that the library's patterns never meet a long text. */
const IPV6 = /^[0-9A-Fa-f.:]{2,45}$/;
const LONE_COLON = /^:[^:]|[^:]:$/;
const NAT64_BITS = 96;
const MAPPED = "0".repeat(80) + "1".repeat(16);

/** The address as it is written; null = it is none. */
export function readIp(text: string): Ip | null {
  if (IPV4.test(text)) {
    return ipv4(text);
  }
  if (!IPV6.test(text) || LONE_COLON.test(text)) {
    return null;
  }
  const start = text.lastIndexOf(":") + 1;
  const isDotted = text.includes(".");
  if (start === 0 || (isDotted && !IPV4.test(text.slice(start)))) {
    return null;
  }
  // In groups: the library takes `::1.2.3.4` for another address than everybody else does.
  const groups = isDotted ? text.slice(0, start) + groupsOf(ipv4(text.slice(start))) : text;
  try {
    return ipaddr.IPv6.parse(groups);
  } catch {
    return null;
  }
}

function ipv4(text: string): ipaddr.IPv4 {
  return new ipaddr.IPv4(text.split(".").map(Number));
}

function groupsOf({ octets }: ipaddr.IPv4): string {
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** The address that is meant: an IPv4 one out of its wrapping. */
function readPlainIp(text: string): Ip | null {
  if (text !== last.text) {
    const ip = readIp(text);
    const isWrapped = ip !== null && ip instanceof ipaddr.IPv6 && (isMapped(ip) || isNat64(ip));
    last = { text, ip: isWrapped ? new ipaddr.IPv4(ip.toByteArray().slice(-4)) : ip, bits: null };
  }
  return last.ip;
}

/** One client asks often. */
let last: { readonly text: string; readonly ip: Ip | null; bits: string | null } = { text: "", ip: null, bits: null };

/** By its groups: to ask the library compares with every range that it knows. */
function isMapped({ parts }: ipaddr.IPv6): boolean {
  return parts[5] === 0xffff && parts.findIndex((part) => part !== 0) === 5;
}

function isNat64({ parts }: ipaddr.IPv6): boolean {
  return parts[0] === 0x64 && parts[1] === 0xff9b && parts.slice(2, 6).every((part) => part === 0);
}

/**
 * The 128 bits of an address, IPv4 where `::ffff:a.b.c.d` is; null when it is not one. "Is in the block" is "starts
 * with".
 *
 * @example addressBits("10.0.0.1") === addressBits("::FFFF:a00:1"); addressBits("127.1") === null
 */
export function addressBits(text: string): string | null {
  const ip = readPlainIp(text);
  return ip === null ? null : (last.bits ??= bitsOf(ip));
}

function bitsOf(ip: Ip): string {
  return ip instanceof ipaddr.IPv4 ? MAPPED + binary(ip.octets, 8) : binary(ip.parts, 16);
}

function binary(parts: readonly number[], width: number): string {
  let bits = "";
  for (const part of parts) {
    bits += part.toString(2).padStart(width, "0");
  }
  return bits;
}

/**
 * The bits that all addresses of a block begin with: `10.0.0.0/8`, `2001:db8::/32`, or a single address. Bits of the
 * host are cut off, as everybody does. `::/0` holds every address, `0.0.0.0/0` every IPv4 address. null = not a block,
 * or one of NAT64's prefix itself, which would be a block of every IPv4 address or of none.
 */
export function blockBits(text: string): string | null {
  const slash = text.indexOf("/");
  if (slash === -1) {
    return addressBits(text);
  }
  const ip = readIp(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (ip === null || !/^(?:0|[1-9]\d{0,2})$/.test(length)) {
    return null;
  }
  const isV4 = ip instanceof ipaddr.IPv4;
  const size = Number(length) + (isV4 ? 96 : 0);
  if (size > 128) {
    return null;
  }
  if (isV4 || !isNat64(ip)) {
    return bitsOf(ip).slice(0, size);
  }
  return size > NAT64_BITS ? (addressBits(text.slice(0, slash))?.slice(0, size) ?? null) : null;
}

/** Who counts as one caller: an IPv4 address, or the /64 that an IPv6 subscriber has to choose from. */
export function addressBlock(text: string | null): string {
  if (text === null || IPV4.test(text)) {
    return text ?? "";
  }
  const ip = readPlainIp(text);
  if (ip === null) {
    return text;
  }
  if (ip instanceof ipaddr.IPv4) {
    return ip.toString();
  }
  const [a = 0, b = 0, c = 0, d = 0] = ip.parts;
  return `${[a, b, c, d].map((part) => part.toString(16)).join(":")}::/64`;
}
