// An entry of Anypoint's address lists as a block: an address, a block whose other bits may be set, or the first octets
// of an IPv4 address (`192.168` is 192.168.0.0/16).
import { readIp } from "../../decide/text/ip.ts";

/** Null = it is none of them. */
export function anypointBlock(text: string): string | null {
  const octets = /^(\d{1,3}(?:\.\d{1,3}){0,2})\.?$/.exec(text)?.[1]?.split(".");
  if (octets !== undefined) {
    const address = [...octets, "0", "0", "0"].slice(0, 4).join(".");
    return readIp(address) === null ? null : `${address}/${octets.length * 8}`;
  }
  const [address = "", size, ...more] = text.split("/");
  const bytes = readIp(address)?.toByteArray();
  if (bytes === undefined || more.length > 0) {
    return null;
  }
  if (size === undefined) {
    return address;
  }
  const bits = /^\d{1,3}$/.test(size) ? Number(size) : Infinity;
  if (bits > bytes.length * 8) {
    return null;
  }
  const network = bytes.map((byte, index) => {
    const own = Math.min(8, Math.max(0, bits - index * 8));
    return byte & (0xff00 >> own) & 0xff;
  });
  return `${spelled(network)}/${bits}`;
}

function spelled(bytes: readonly number[]): string {
  if (bytes.length === 4) {
    return bytes.join(".");
  }
  return Array.from({ length: 8 }, (_, at) =>
    ((bytes[at * 2] ?? 0) * 256 + (bytes[at * 2 + 1] ?? 0)).toString(16),
  ).join(":");
}
