// What an authorization policy may ask about a request, and how a caller's names are compared. Only what was proven, or
// what the platform says, is in here; headers are the exception, and are treated as such.
import type { Caller } from "../../model/snapshot/caller.ts";
import { isProven, namespaceOf } from "../identity/caller.ts";
import { fits, fitsAny, matchesAny, MAYBE, NO, YES, type Truth } from "./pattern.ts";

export interface AuthorizationRequest {
  readonly caller: Caller;
  /** What the platform says; null = not known. */
  readonly clientAddress: string | null;
  readonly method: string;
  /** Lower case, without port. */
  readonly host: string;
  /** Canonical, without parameters and without what addressed the service (`/svc/orders.shop`); before any rewrite. */
  readonly path: string;
  /** Further forms that the path has on its way: as it was sent, and as a rewrite makes it. They only ever refuse. */
  readonly otherPaths: () => readonly string[];
  /** Repeated lines joined by ", "; null = absent. The name is in lower case. */
  readonly header: (name: string) => string | null;
}

const SCHEME = "spiffe://";
const PARTY = /^(?:spiffe:\/\/|[^/]+\/ns\/[^/]+\/(?:sa|app)\/)/;

/**
 * `*`: whoever is proven. SPIFFE IDs with or without their scheme; a user is `<issuer>/<subject>`. A user whose issuer
 * and subject spell a workload's name is not one, and subjects are often chosen by users: so `*-web` allows no user.
 */
export function principalFits(patterns: readonly string[], caller: Caller): Truth {
  if (patterns.includes("*") && isProven(caller)) {
    return YES;
  }
  for (const party of [caller.workload, caller.application]) {
    if (party === null) {
      continue;
    }
    const { principal } = party;
    const bare = principal.startsWith(SCHEME) ? principal.slice(SCHEME.length) : principal;
    if (fitsAny(patterns, principal) || fitsAny(patterns, bare)) {
      return YES;
    }
  }
  const { user } = caller;
  if (user === null || user.subject === null) {
    return NO;
  }
  const name = `${user.issuer}/${user.subject}`;
  const fitting = patterns.filter((pattern) => fits(pattern, name));
  if (fitting.length === 0) {
    return NO;
  }
  return PARTY.test(name) || fitting.every((pattern) => pattern.startsWith("*")) ? MAYBE : YES;
}

/**
 * The caller speaks for its workload's namespace; an application of another one that it brings along can only refuse.
 */
export function namespaceFits(patterns: readonly string[], caller: Caller): Truth {
  const own = namespaceOf(caller);
  if (own !== null && fitsAny(patterns, own)) {
    return YES;
  }
  return caller.application !== null && fitsAny(patterns, caller.application.namespace) ? MAYBE : NO;
}

/** `<namespace>/<name>`. */
export function applicationFits(patterns: readonly string[], { application }: Caller): Truth {
  return application !== null && fitsAny(patterns, `${application.namespace}/${application.name}`) ? YES : NO;
}

/** `blocks`: the bits that they begin with (`decide/text/ip.ts`), `?` = one that could not be read. */
export function addressFits(blocks: readonly string[], bits: string | null): Truth {
  if (bits === null) {
    return MAYBE;
  }
  for (const block of blocks) {
    if (block !== "?" && bits.startsWith(block)) {
      return YES;
    }
  }
  return blocks.includes("?") ? MAYBE : NO;
}

/** Methods count as written; `patch` is no PATCH, though some services take it for one. */
export function methodFits(methods: readonly string[], method: string): Truth {
  if (fitsAny(methods, method)) {
    return YES;
  }
  return fitsAny(methods, method.toUpperCase()) ? MAYBE : NO;
}

/**
 * Some services decode `%3B` before they cut parameters off: such a path has to fit with and without what follows it.
 */
export function pathFits(patterns: readonly string[], { path, otherPaths }: AuthorizationRequest): Truth {
  const own = matchesAny(patterns, readingsOf(path));
  if (own !== NO) {
    return own;
  }
  // Judged as it is; who decodes an encoded slash reads another path, which may only refuse.
  return [...otherPaths(), ...decodedPaths(path)].some((other) => matchesAny(patterns, readingsOf(other)) !== NO)
    ? MAYBE
    : NO;
}

/** What servers make of encoded slashes: some leave a slash beside another, some merge the two. */
function decodedPaths(path: string): readonly string[] {
  if (!path.includes("%2F")) {
    return [];
  }
  const decoded = path.replaceAll("%2F", "/");
  return [decoded, decoded.replaceAll(/\/{2,}/g, "/")];
}

function readingsOf(path: string): readonly string[] {
  return path.includes("%3B") ? [path, path.replaceAll(/%3B[^/]*/g, "")] : [path];
}
