// Which plane a request is for: the admin API, other people's proxies, or traffic. Decided on the canonical path, so
// that `/%5fselvage/` and `/a/../_selvage/` are what they are, and no route of a user ever sees them.
import { DEFAULT_PORT, parseAuthority } from "./authority.ts";
import { canonicalPath } from "../../model/word/canonical-path.ts";

/** `closed`: below the reserved prefix, on a host that is not the admin host. */
export type Plane = "control" | "adapters" | "traffic" | "closed";

const RESERVED = "/_selvage/";
const RATE_LIMITS = "/_selvage/ratelimit/";
/** Read as it came: what follows is the path of a request that somebody asks about, and may hold anything. */
const QUESTION = /^[^:]+:\/\/[^/]+\/_selvage\/authz\//;

/**
 * @param url the request's, as the platform gives it
 * @param adminHost a host, with its port when that matters: `admin.example.com`, `localhost:8787`; null = every host
 */
export function planeOf(url: string, adminHost: string | null): Plane {
  if (isPlainlyTraffic(url)) {
    return "traffic";
  }
  const isQuestion = QUESTION.test(url);
  const canonical = canonicalPath(url, "keep");
  // What has no canonical path is refused where traffic comes in.
  if (!isQuestion && (!canonical.ok || !`${canonical.matchPath}/`.startsWith(RESERVED))) {
    return "traffic";
  }
  if (adminHost !== null && !isHost(url, adminHost)) {
    return "closed";
  }
  return isQuestion || (canonical.ok && canonical.matchPath.startsWith(RATE_LIMITS)) ? "adapters" : "control";
}

/** Most of the traffic is told apart at a glance: the prefix is there in letters, or behind escapes, or not at all. */
export function isPlainlyTraffic(url: string): boolean {
  return !url.includes("_selvage") && !url.includes("%");
}

function isHost(url: string, adminHost: string): boolean {
  const { host, protocol } = new URL(url);
  const [wanted, asked] = [parseAuthority(adminHost), parseAuthority(host)];
  if (wanted === null || asked === null || wanted.host !== asked.host) {
    return false;
  }
  return wanted.port === null || wanted.port === (asked.port ?? DEFAULT_PORT[protocol === "https:" ? "https" : "http"]);
}
