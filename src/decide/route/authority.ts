// Host and port as a request names them: lower-case, without the trailing dot and without a port that the scheme
// implies. Not a URL parser: a name with anything but letters, digits, dots, hyphens and underscores is not one.

export interface Authority {
  /** `shop.example.com`, `127.0.0.1`, `[::1]`. */
  readonly host: string;
  readonly port: number | null;
}

const SHAPE = /^(?:([A-Za-z0-9._-]{1,254})|(\[[0-9A-Fa-f:.]{2,45}\]))(?::(\d{0,5}))?$/;

/** @returns null when the text is not one host with at most one port (RFC 9110 §7.2: answered 400). */
export function parseAuthority(text: string): Authority | null {
  const found = SHAPE.exec(text);
  if (!found) {
    return null;
  }
  const [, name, literal = "", digits] = found;
  const host = (name === undefined ? literal : name.endsWith(".") ? name.slice(0, -1) : name).toLowerCase();
  const port = digits === undefined || digits === "" ? null : Number(digits);
  if (host === "" || host.includes("..") || host.startsWith(".") || host.endsWith(".")) {
    return null;
  }
  return port !== null && (port === 0 || port > 65535) ? null : { host, port };
}

export type Scheme = "http" | "https";

export const DEFAULT_PORT: Readonly<Record<Scheme, number>> = { http: 80, https: 443 };

/** `host`, or `host:port` where the port is not the scheme's own. */
export function authorityText(host: string, port: number | null, scheme: Scheme): string {
  return port === null || port === DEFAULT_PORT[scheme] ? host : `${host}:${port}`;
}
