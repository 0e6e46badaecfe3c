// Which of the two doors a request takes: the admin API's, or traffic's. Decided on the canonical path, so that
// `/%5fselvage/` and `/a/../_selvage/` are what they are, and no route of a user ever sees them.
import { DEFAULT_PORT, parseAuthority } from "./authority.ts";
import { canonicalPath } from "./canonical-path.ts";

/** `closed`: below the reserved prefix, on a host that is not the admin host. */
export type Entrance = "control" | "traffic" | "closed";

const RESERVED = "/_selvage/";

/**
 * @param url the request's, as the platform gives it
 * @param adminHost a host, with its port when that matters: `admin.example.com`, `localhost:8787`; unset = every host
 */
export function entrance(url: string, adminHost: string | undefined): Entrance {
  // Most of the traffic is told apart at a glance: the prefix is there in letters, or behind escapes, or not at all.
  if (!url.includes("_selvage") && !url.includes("%")) return "traffic";
  const canonical = canonicalPath(url);
  // What has no canonical path is refused where traffic comes in.
  if (!canonical.ok || !`${canonical.matchPath}/`.startsWith(RESERVED)) return "traffic";
  return !adminHost || isHost(url, adminHost) ? "control" : "closed";
}

function isHost(url: string, adminHost: string): boolean {
  const { host, protocol } = new URL(url);
  const [wanted, asked] = [parseAuthority(adminHost), parseAuthority(host)];
  if (wanted === null || asked === null || wanted.host !== asked.host) return false;
  return wanted.port === null || wanted.port === (asked.port ?? DEFAULT_PORT[protocol === "https:" ? "https" : "http"]);
}
