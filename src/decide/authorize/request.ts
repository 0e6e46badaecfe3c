// What an authorization policy may ask about a request, and how a caller's names are compared. Only what was proven, or
// what the platform says, is in here; headers are the exception, and are treated as such.
import type { Caller, Party } from "../../model/snapshot/caller.ts";
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
  if (partyFits(patterns, caller.workload) || partyFits(patterns, caller.application)) {
    return YES;
  }
  const name = userName(caller);
  const fitting = name === null ? [] : patterns.filter((pattern) => fits(pattern, name));
  if (name === null || fitting.length === 0) {
    return NO;
  }
  return PARTY.test(name) || fitting.every((pattern) => pattern.startsWith("*")) ? MAYBE : YES;
}

/** By each of its names. */
function partyFits(patterns: readonly string[], party: Party | null): boolean {
  if (party === null) {
    return false;
  }
  const { principal } = party;
  const hasScheme = principal.startsWith(SCHEME);
  return fitsAny(patterns, principal) || (hasScheme && fitsAny(patterns, principal.slice(SCHEME.length)));
}

/** Every name that a pattern of principals is compared with. */
export function principalsOf(caller: Caller): string[] {
  const name = userName(caller);
  return name === null ? partyNames(caller) : [...partyNames(caller), name];
}

function partyNames({ workload, application }: Caller): string[] {
  return [workload, application].flatMap((party) => {
    if (party === null) {
      return [];
    }
    const { principal } = party;
    return principal.startsWith(SCHEME) ? [principal, principal.slice(SCHEME.length)] : [principal];
  });
}

function userName({ user }: Caller): string | null {
  return user === null || user.subject === null ? null : `${user.issuer}/${user.subject}`;
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
export function pathFits(patterns: readonly string[], asked: AuthorizationRequest): Truth {
  const own = matchesAny(patterns, readingsOf(asked.path));
  if (own !== NO) {
    return own;
  }
  return furtherPaths(asked).some((other) => matchesAny(patterns, readingsOf(other)) !== NO) ? MAYBE : NO;
}

/** Every text that a pattern of paths is compared with. */
export function pathReadings(asked: AuthorizationRequest): string[] {
  return [asked.path, ...furtherPaths(asked)].flatMap(readingsOf);
}

/** Judged as it is; who decodes an encoded slash reads another path, which may only refuse. */
function furtherPaths({ path, otherPaths }: AuthorizationRequest): readonly string[] {
  return path.includes("%2F") ? [...otherPaths(), ...decodedPaths(path)] : otherPaths();
}

/** What servers make of encoded slashes: some leave a slash beside another, some merge the two. */
function decodedPaths(path: string): readonly string[] {
  const decoded = path.replaceAll("%2F", "/");
  return [decoded, decoded.replaceAll(/\/{2,}/g, "/")];
}

function readingsOf(path: string): readonly string[] {
  return path.includes("%3B") ? [path, path.replaceAll(/%3B[^/]*/g, "")] : [path];
}
