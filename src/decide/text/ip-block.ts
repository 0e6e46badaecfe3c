// IP addresses and blocks as texts of bits, so that "is in the block" is "starts with". Every address is 128 bits: IPv4 is
// where `::ffff:a.b.c.d` is, so that both spellings of one address are one. Whatever has two readings (zone ids, short and
// octal forms) is no address.

const MAPPED = "0".repeat(80) + "1".repeat(16);

/**
 * The 128 bits of an address; null when it is not one.
 *
 * @example addressBits("10.0.0.1") === addressBits("::FFFF:a00:1"); addressBits("127.1") === null
 */
export function addressBits(text: string): string | null {
  if (text !== last.text) last = { text, bits: text.includes(":") ? v6(text) : mapped(v4(text)) };
  return last.bits;
}

/** One client asks often. */
let last: { readonly text: string; readonly bits: string | null } = { text: "", bits: null };

/**
 * The bits that all addresses of a block begin with: `10.0.0.0/8`, `2001:db8::/32`, or a single address. Bits of the host
 * are cut off, as everybody does. `::/0` holds every address, `0.0.0.0/0` every IPv4 address. null = not a block.
 */
export function blockBits(text: string): string | null {
  const slash = text.indexOf("/");
  if (slash === -1) return addressBits(text);
  const address = text.slice(0, slash);
  const length = text.slice(slash + 1);
  const bits = addressBits(address);
  if (bits === null || !/^(?:0|[1-9]\d{0,2})$/.test(length)) return null;
  const width = address.includes(":") ? 128 : 32;
  return Number(length) > width ? null : bits.slice(0, 128 - width + Number(length));
}

function mapped(bits: string | null): string | null {
  return bits === null ? null : MAPPED + bits;
}

function v4(text: string): string | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let bits = "";
  for (const part of parts) {
    // No leading zeros: to some readers they mean octal.
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    bits += Number(part).toString(2).padStart(8, "0");
  }
  return bits;
}

function v6(text: string): string | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = groups(halves[0] ?? "", halves.length === 1);
  const tail = groups(halves[1] ?? "", true);
  if (head === null || tail === null) return null;
  if (halves.length === 1) return head.length === 128 ? head : null;
  const gap = 128 - head.length - tail.length;
  return gap >= 16 ? head + "0".repeat(gap) + tail : null;
}

/** Groups of four hexadecimal digits; the last may be an IPv4 address when it ends the whole. */
function groups(text: string, atEnd: boolean): string | null {
  if (text === "") return "";
  const parts = text.split(":");
  let bits = "";
  for (const [index, part] of parts.entries()) {
    if (part.includes(".")) {
      const inside = atEnd && index === parts.length - 1 ? v4(part) : null;
      if (inside === null) return null;
      bits += inside;
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) bits += Number.parseInt(part, 16).toString(2).padStart(16, "0");
    else return null;
  }
  return bits.length > 128 ? null : bits;
}
