// What kind of place a URL points to, judged on the URL as WHATWG parses it, so that 0x7f.1, full-width digits and
// [::ffff:7f00:1] are all seen for the 127.0.0.1 that they are. Not a resolver: a public name may still have a private
// address in DNS; in production the platform refuses those connections.
import ipaddr from "ipaddr.js";
import { readIp } from "./ip.ts";
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

/** What IANA says of an IPv4 address (RFC 6890), in our words. What it does not name can be reached. */
const IPV4: Readonly<Record<string, AddressClass>> = {
  unicast: "bare-ip",
  loopback: "loopback",
  private: "private",
  carrierGradeNat: "private",
  linkLocal: "link-local",
};

function classifyV4(ip: ipaddr.IPv4): AddressClass {
  return ip.toString() === "0.0.0.0" ? "loopback" : (IPV4[ip.range()] ?? "reserved");
}

function classifyV6(ip: ipaddr.IPv6): AddressClass {
  const [a = 0, b = 0] = ip.parts;
  // An IPv4 address inside: mapped, translated and compatible forms, NAT64, 6to4. A private one inside stays private.
  const embedded = (index: number): AddressClass => {
    const inside = classifyV4(new ipaddr.IPv4(ip.toByteArray().slice(2 * index, 2 * index + 4)));
    return inside === "bare-ip" ? "reserved" : inside;
  };
  // The library's types do not know all that it answers.
  const range: string = ip.range();
  switch (range) {
    case "loopback":
    case "unspecified":
      return "loopback";
    case "ipv4Mapped":
      return classifyV4(ip.toIPv4Address());
    case "rfc6145":
    case "rfc6052":
      return embedded(6);
    case "6to4":
      return embedded(1);
    case "uniqueLocal":
    case "deprecatedSiteLocal":
      return "private";
    case "linkLocal":
      return "link-local";
    case "unicast":
      break;
    default:
      return "reserved";
  }
  if (ip.parts.slice(0, 6).every((part) => part === 0) || (a === 0x64 && b === 0xff9b)) {
    return embedded(6);
  }
  // Global unicast is 2000::/3, less what IETF protocols have (2001::/23), which the library does not know all of.
  return a >= 0x2000 && a <= 0x3fff && !(a === 0x2001 && b < 0x200) && !(a === 0x3fff && b < 0x1000)
    ? "bare-ip"
    : "reserved";
}

/**
 * Top-level labels that the public DNS does not have or must not answer for (RFC 6761, RFC 6762, ICANN's .internal).
 */
const INTERNAL = new Set(
  "local internal intranet private lan home corp domain localdomain test example invalid onion alt".split(" "),
);

function classifyName(name: string): AddressClass {
  const labels = name.split(".");
  const top = labels.at(-1) ?? "";
  if (top === "localhost") {
    return "loopback";
  }
  if (labels.length === 1 || INTERNAL.has(top)) {
    return "internal-name";
  }
  if (name === "home.arpa" || name.endsWith(".home.arpa")) {
    return "internal-name";
  }
  return "public";
}

function parse(url: string): URL | null {
  if (!URL.canParse(url)) {
    return null;
  }
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
  if (parsed === null) {
    return "invalid";
  }
  const host = parsed.hostname;
  const name = host.startsWith("[") ? host.slice(1, -1) : withoutFinalDots(host);
  const ip = readIp(name);
  if (ip === null) {
    return host.startsWith("[") ? "invalid" : classifyName(name);
  }
  return ip instanceof ipaddr.IPv4 ? classifyV4(ip) : classifyV6(ip);
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
 * @param allowPrivate what the endpoint's cluster says (`allowPrivateAddresses`; true for `local`). Link-local
 * addresses are refused even then: nobody runs a service at the metadata address.
 */
export function refusalForAddress(url: string, { allowPrivate }: { readonly allowPrivate: boolean }): string | null {
  const is = classifyAddress(url);
  const parsed = parse(url);
  if (parsed === null) {
    return `The URL is ${WHAT.invalid}.`;
  }
  if (isMetadataHost(parsed.hostname)) {
    return "The URL points to a cloud's metadata service, where credentials are.";
  }
  if (allowPrivate) {
    return is === "link-local" ? `The URL points to ${WHAT[is]}.` : null;
  }
  if (is !== "public") {
    return `The URL points to ${WHAT[is]}. Only a cluster with allowPrivateAddresses: true may have such endpoints.`;
  }
  if (parsed.hostname.endsWith(".")) {
    return "The hostname ends in a dot: write it without.";
  }
  if (parsed.protocol !== "https:") {
    return "The URL is not https: what crosses the public network must be encrypted.";
  }
  if (!PUBLIC_PORTS.has(parsed.port)) {
    return `The port ${parsed.port} is not one that serves https on the public network: use 443, 8443, 2053, 2083, 2087 or 2096.`;
  }
  return null;
}
