// What kind of place a URL points to, judged on the URL as WHATWG parses it, so that 0x7f.1, full-width digits and
// [::ffff:7f00:1] are all seen for the 127.0.0.1 that they are. Not a resolver: a public name may still have a private
// address in DNS; in production the platform refuses those connections.
import { isMetadataHost } from "./metadata-host.ts";

/**
 * - `public`: a name in the public DNS
 * - `bare-ip`: a public IP address; the Workers runtime refuses to fetch those in production
 * - `loopback`, `private` (RFC 1918, RFC 4193, RFC 6598), `link-local` (metadata services live there)
 * - `reserved`: documentation, multicast, benchmarking and the like (RFC 6890)
 * - `internal-name`: a single label or a suffix that the public DNS does not have
 * - `invalid`: not an absolute http(s) URL, or one with credentials
 */
export type AddressClass =
  "public" | "bare-ip" | "loopback" | "private" | "link-local" | "reserved" | "internal-name" | "invalid";

type Block = readonly [network: string, bits: number, is: AddressClass];

/** IANA special-purpose IPv4 blocks (RFC 6890 and later). The first that fits counts. */
const BLOCKS: readonly Block[] = [
  ["0.0.0.0", 32, "loopback"],
  ["127.0.0.0", 8, "loopback"],
  ["10.0.0.0", 8, "private"],
  ["172.16.0.0", 12, "private"],
  ["192.168.0.0", 16, "private"],
  ["100.64.0.0", 10, "private"],
  ["169.254.0.0", 16, "link-local"],
  ["0.0.0.0", 8, "reserved"],
  ["192.0.0.0", 24, "reserved"],
  ["192.0.2.0", 24, "reserved"],
  ["192.88.99.0", 24, "reserved"],
  ["198.18.0.0", 15, "reserved"],
  ["198.51.100.0", 24, "reserved"],
  ["203.0.113.0", 24, "reserved"],
  ["224.0.0.0", 3, "reserved"],
];

function toNumber(dotted: string): number {
  return dotted.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function classifyV4(address: number): AddressClass {
  for (const [network, bits, is] of BLOCKS) {
    const size = 2 ** (32 - bits);
    if (Math.floor(address / size) === Math.floor(toNumber(network) / size)) return is;
  }
  return "bare-ip";
}

/** The eight groups of an IPv6 address as WHATWG writes it: lower case, `::` for the longest run of zeros. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const parse = (part: string): number[] =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  const before = parse(head);
  if (tail === undefined) return before;
  const after = parse(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function classifyV6(address: string): AddressClass {
  const groups = groupsOf(address);
  const [a = 0, b = 0, c = 0] = groups;
  const pair = (index: number): number => (groups[index] ?? 0) * 65_536 + (groups[index + 1] ?? 0);
  const zeros = (until: number): boolean => groups.slice(0, until).every((group) => group === 0);
  // An IPv4 address inside: mapped, translated and compatible forms, NAT64, 6to4. A private one inside stays private.
  const embedded = (index: number): AddressClass => {
    const inside = classifyV4(pair(index));
    return inside === "bare-ip" ? "reserved" : inside;
  };
  if (zeros(6)) return pair(6) <= 1 ? "loopback" : embedded(6);
  if (zeros(5) && groups[5] === 0xffff) return classifyV4(pair(6));
  if (zeros(4) && groups[4] === 0xffff && groups[5] === 0) return embedded(6);
  if (a === 0x64 && b === 0xff9b) return embedded(6);
  if (a === 0x2002) return embedded(1);
  if (a >= 0xfc00 && a <= 0xfdff) return "private";
  if (a >= 0xfe80 && a <= 0xfebf) return "link-local";
  if (a >= 0xfec0 && a <= 0xfeff) return "private";
  // Teredo, benchmarking and ORCHID (2001::/23), documentation (2001:db8::/32, 3fff::/20); global unicast is 2000::/3.
  if ((a === 0x2001 && (b < 0x200 || b === 0xdb8)) || (a === 0x3fff && b < 0x1000)) return "reserved";
  if (a === 0x5f00 || (a === 0x100 && b === 0 && c === 0)) return "reserved";
  return a >= 0x2000 && a <= 0x3fff ? "bare-ip" : "reserved";
}

/** Top-level labels that the public DNS does not have or must not answer for (RFC 6761, RFC 6762, ICANN's .internal). */
const INTERNAL = new Set(
  "local internal intranet private lan home corp domain localdomain test example invalid onion alt".split(" "),
);

function classifyName(name: string): AddressClass {
  const labels = name.split(".");
  const top = labels.at(-1) ?? "";
  if (top === "localhost") return "loopback";
  if (labels.length === 1 || INTERNAL.has(top)) return "internal-name";
  if (name === "home.arpa" || name.endsWith(".home.arpa")) return "internal-name";
  return "public";
}

function parse(url: string): URL | null {
  if (!URL.canParse(url)) return null;
  const parsed = new URL(url);
  const http = parsed.protocol === "https:" || parsed.protocol === "http:";
  return http && parsed.username === "" && parsed.password === "" && parsed.hostname !== "" ? parsed : null;
}

/**
 * What kind of place the URL points to.
 *
 * @example classifyAddress("http://0x7f.1/") === "loopback"; classifyAddress("https://orders.example.com") === "public"
 */
export function classifyAddress(url: string): AddressClass {
  const parsed = parse(url);
  if (parsed === null) return "invalid";
  const host = parsed.hostname;
  if (host.startsWith("[")) return classifyV6(host.slice(1, -1));
  const name = withoutFinalDots(host);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return classifyV4(toNumber(name));
  return classifyName(name);
}

function withoutFinalDots(host: string): string {
  let end = host.length;
  while (host[end - 1] === ".") {
    end--;
  }
  return host.slice(0, end);
}

/** Ports on which a public endpoint may serve https: the default and those that Cloudflare proxies. */
const PUBLIC_PORTS: ReadonlySet<string> = new Set(["", "443", "8443", "2053", "2083", "2087", "2096"]);

const WHAT: Readonly<Record<AddressClass, string>> = {
  public: "a public address",
  "bare-ip": "an IP address, which the platform refuses to call: use a hostname",
  loopback: "this machine itself",
  private: "a private network",
  "link-local": "the local link, where metadata services are",
  reserved: "an address that is reserved and reaches no service",
  "internal-name": "a name that the public DNS does not have",
  invalid: "not an absolute http or https URL without credentials",
};

/**
 * Why an endpoint with this URL must not be used, or null when it may.
 *
 * @param allowPrivate what the endpoint's cluster says (`allowPrivateAddresses`; true for `local`). Link-local addresses
 * are refused even then: nobody runs a service at the metadata address.
 */
export function refusalForAddress(url: string, { allowPrivate }: { readonly allowPrivate: boolean }): string | null {
  const is = classifyAddress(url);
  const parsed = parse(url);
  if (parsed === null) return `The URL is ${WHAT.invalid}.`;
  if (isMetadataHost(parsed.hostname)) return "The URL points to a cloud's metadata service, where credentials are.";
  if (allowPrivate) return is === "link-local" ? `The URL points to ${WHAT[is]}.` : null;
  if (is !== "public") {
    return `The URL points to ${WHAT[is]}. Only a cluster with allowPrivateAddresses: true may have such endpoints.`;
  }
  if (parsed.hostname.endsWith(".")) return "The hostname ends in a dot: write it without.";
  if (parsed.protocol !== "https:") return "The URL is not https: what crosses the public network must be encrypted.";
  if (!PUBLIC_PORTS.has(parsed.port)) {
    return `The port ${parsed.port} is not one that serves https on the public network: use 443, 8443, 2053, 2083, 2087 or 2096.`;
  }
  return null;
}
