// Who may not use an identity that is lent on this machine: pages in a browser, which reach 127.0.0.1 like any program
// here. They say where they come from, or speak to a name that they had resolved to this address (DNS rebinding).
import { isIP } from "node:net";

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Why the request is refused; null = it comes from no page. */
export function pageFault(headers: Headers): string | null {
  const host = headers.host;
  if (typeof host !== "string" || !isOwnName(nameOf(host))) {
    return "The Host is neither localhost nor an address.";
  }
  // Not `sec-fetch-mode`: the fetch of Node writes it, too.
  const telling = ["origin", "sec-fetch-site"].find((name) => headers[name] !== undefined);
  return telling === undefined
    ? null
    : `It carries ${telling}, which browsers write; take it off before calling the mesh.`;
}

/** Without the port, and without the brackets of an IPv6 address. */
const nameOf = (host: string): string =>
  host
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();

/** An address was resolved by nobody. */
const isOwnName = (name: string): boolean => name === "localhost" || name.endsWith(".localhost") || isIP(name) !== 0;
