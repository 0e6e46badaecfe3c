// The mesh of the path fuzz: ways to a service that denies /admin, and to one that allows /open, and what has to come
// of a target.
import { dropSegments } from "../../src/decide/route/rewrite.ts";
import { canonicalPath } from "../../src/model/word/canonical-path.ts";
import { PATH_READERS } from "./path-readers.ts";

export function pathMesh(url: string): string {
  const service = (name: string, more: string): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${url}"}]}
---
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: shop}
spec: {targetRefs: [{kind: Service, name: ${name}}], ${more}}
---`;
  const route = (host: string, rule: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${host.split(".")[0]}, namespace: shop}
spec: {hostnames: [${host}], rules: [{${rule}, backendRefs: [{name: denied}]}]}
---`;
  const rewrite = (to: string): string =>
    `matches: [{path: {value: /old}}], filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: ${to}}}}]`;
  return [
    service("denied", "action: DENY, rules: [{to: [{paths: [/admin, /admin/*]}]}]"),
    service("listed", "action: ALLOW, rules: [{to: [{paths: [/open/*]}]}]"),
    route("plain.test", "matches: [{path: {value: /}}]"),
    route("rewrite.test", rewrite("/")),
    route("deeper.test", rewrite("/open")),
  ].join("");
}

export interface Way {
  readonly host: string;
  /** In front of what is drawn. */
  readonly prefix: string;
  readonly service: "denied" | "listed";
  /** What the path of a request becomes at the service; null = it is none of this way. */
  readonly sent: (path: string) => string | null;
}

const svc = (name: Way["service"]): Way => ({
  host: "any.test",
  prefix: `/svc/${name}.shop`,
  service: name,
  sent: (path) => (isBelow(path, `/svc/${name}.shop`) ? dropSegments(path, 2) || "/" : null),
});
const rewritten = (host: string, to: string): Way => ({
  host,
  prefix: "/old",
  service: "denied",
  sent: (path) => {
    if (!isBelow(path, "/old")) {
      return null;
    }
    const whole = canonicalPath(`${to}${dropSegments(path, 1)}` || "/");
    return whole.ok ? whole.path : null;
  },
});

export const WAYS: readonly Way[] = [
  svc("denied"),
  svc("listed"),
  { ...svc("listed"), prefix: "/svc/listed.shop/open" },
  { host: "plain.test", prefix: "", service: "denied", sent: (path) => path },
  rewritten("rewrite.test", ""),
  rewritten("deeper.test", "/open"),
];

/** In segments, whatever parameters they bear. */
function isBelow(path: string, prefix: string): boolean {
  const bare = path.split("/").map((part) => part.split(";", 1)[0]);
  return prefix.split("/").every((part, at) => bare[at] === part);
}

const isAdmin = (path: string): boolean => /^\/admin(?:\/|$)/.test(path);
const isOpen = (path: string): boolean => path.startsWith("/open/");
/** What is one thing to some servers and another to others counts against the caller. */
const isDoubtful = (path: string): boolean => /%3b/i.test(path);

export interface Expected {
  /** What the service gets, query included, when it gets anything. */
  readonly target: string | null;
  readonly verdict: "refused" | "elsewhere" | "denied" | "doubtful" | "allowed";
}

/** What the mesh has to make of a target, by the one path that it judges. @param target a character for each byte */
export function expectedOf(way: Way, target: string): Expected {
  // An encoded slash is refused where the service is known, unless that takes them: one that ".." took away is
  // nobody's.
  const canonical = canonicalPath(Buffer.from(target, "latin1").toString("utf8"), "keep");
  if (!canonical.ok) {
    return { target: null, verdict: "refused" };
  }
  const path = way.sent(canonical.path);
  if (path === null) {
    return { target: null, verdict: "elsewhere" };
  }
  const sent = canonicalPath(path);
  if (!sent.ok) {
    return { target: null, verdict: "refused" };
  }
  // How a query is spelled is the URL parser's: it means the same to whoever reads it.
  const whole = {
    target: sent.path + (URL.parse(`http://a/${canonical.search}`)?.href.slice("http://a/".length) ?? ""),
  };
  const judged = [sent.matchPath, canonical.matchPath];
  const denied = way.service === "denied" ? judged.some(isAdmin) : !isOpen(sent.matchPath);
  if (denied) {
    return { ...whole, verdict: "denied" };
  }
  return { ...whole, verdict: isDoubtful(canonical.path) ? "doubtful" : "allowed" };
}

/** Readings of what a service received by which it would serve what was denied; empty = none. */
export function walkedAround(service: Way["service"], received: string): string[] {
  return PATH_READERS.flatMap(({ name, read }) =>
    read(received)
      .filter((path) => isWrong(service, path))
      .map((path) => `${name} reads ${path}`),
  );
}

/** `;parameters` are the service's own business, as is a slash at the end; neither leads out of a folder. */
export function isWrong(service: Way["service"], path: string): boolean {
  return service === "denied" ? isAdmin(path) : !/^\/open(?:\/|$)/.test(path.replace(/;[^/]*/g, ""));
}
