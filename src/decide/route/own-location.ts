// A service cannot see the caller's Host: the runtime makes it from the endpoint's URL. So an absolute redirect to
// itself names the endpoint, which may be private, and leads past the mesh. As reverse proxies do (nginx
// `proxy_redirect default`, Apache `ProxyPassReverse`), what begins with the endpoint's own URL is told in the caller's
// words; nothing else is.
import type { PathModifier } from "../../model/snapshot/snapshot.ts";
import { join } from "./rewrite.ts";

export interface AskedBy {
  /** Scheme and authority that the caller used. */
  readonly origin: string;
  /** `/svc/orders`; "" = nothing was cut off the path. */
  readonly addressPrefix: string;
  /** Value of the PathPrefix that matched. */
  readonly matchedPrefix: string;
  /** How the rule rewrote the path; null = not at all. */
  readonly rewrite: PathModifier | null;
}

type Telling = (said: string, endpoint: string, by: AskedBy) => string;

/** Where answers name places, and how they do. A link in a body or a `Link` header is the service's own affair. */
export const PLACES: readonly (readonly [header: string, tell: Telling])[] = [
  ["location", callersLocation],
  ["content-location", callersLocation],
  ["refresh", callersRefresh],
];

const ABSOLUTE = /^(?:https?:)?\/\//i;

/**
 * @param endpoint the URL of the endpoint that answered; its path is a prefix
 * @returns the location as the caller should have it: the very text when it does not lead to the endpoint
 */
export function callersLocation(location: string, endpoint: string, by: AskedBy): string {
  if (!ABSOLUTE.test(location) || !URL.canParse(location, endpoint)) {
    return location;
  }
  const own = new URL(endpoint);
  const named = new URL(location, endpoint);
  if (named.origin !== own.origin || named.username !== "" || named.password !== "") {
    return location;
  }
  const path = below(named.pathname, own.pathname);
  if (path === null) {
    return location;
  }
  return by.origin + callersPath(path, by) + named.search + named.hash;
}

/** `5; url=http://…`, with or without quotes, or `url=`. */
const REFRESH = /^([^;,]*[;,]\s*(?:url\s*=\s*)?["']?)([^"'\s]+)(.*)$/is;

function callersRefresh(said: string, endpoint: string, by: AskedBy): string {
  const [, before = "", url, after = ""] = REFRESH.exec(said) ?? [];
  return url === undefined ? said : before + callersLocation(url, endpoint, by) + after;
}

function callersPath(path: string, { addressPrefix, matchedPrefix, rewrite }: AskedBy): string {
  const rest = rewrite?.type === "ReplacePrefixMatch" ? below(path, rewrite.value) : null;
  const sent = rest === null ? path : join(matchedPrefix, rest);
  // A service that knows its prefix (`x-forwarded-prefix`) has said it already.
  return addressPrefix === "" || below(sent, addressPrefix) !== null ? sent : addressPrefix + sent;
}

/** What of the path is below the prefix, with its slash; null = the path is not below it. */
function below(path: string, prefix: string): string | null {
  const base = prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
  if (path === base) {
    return "/";
  }
  return path.startsWith(`${base}/`) ? path.slice(base.length) : null;
}
