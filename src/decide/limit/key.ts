// Which bucket of a limit a request falls into. A part that the request does not have counts as empty, with a bucket of
// its own (Anypoint's rule): leaving a header out is no way around a limit.
import type { KeyPart } from "../../model/snapshot/limit.ts";
import { cookieNamed } from "../header/cookies.ts";
import { fingerprint } from "../text/fingerprint.ts";
import { addressBlock } from "../text/ip.ts";

/** What a request can be told apart by. */
export interface LimitKeySource {
  readonly method: string;
  /** `<namespace>/<route>/<rule>`, or the service when no rule answered. */
  readonly route: string;
  /** null = the platform does not say. */
  readonly ip: string | null;
  /** Application, else workload; null = nobody proved who they are. */
  readonly caller: string | null;
  header(name: string): string | null;
  claim(name: string): string | null;
}

/** Headers whose values let somebody in: keys are stored and shown to operators, so these are only told apart. */
const SECRET = /^(?:authorization|cookie|client[-_]secret|.*(?:api-?key|token|secret|password).*)$/;

/** Longest part that is kept; what is beyond it cannot make another bucket. */
const MAX_PART = 256;

export function bucketKey(parts: readonly KeyPart[], source: LimitKeySource): string {
  if (parts.length === 0) {
    return "";
  }
  // JSON keeps ("a","b") and ("a\",\"b","") apart.
  return JSON.stringify(parts.map((part) => valueOf(part, source).slice(0, MAX_PART)));
}

function valueOf(part: KeyPart, source: LimitKeySource): string {
  switch (part.from) {
    case "client":
      return source.caller ?? addressBlock(source.ip);
    case "ip":
      return addressBlock(source.ip);
    case "method":
      return source.method;
    case "route":
      return source.route;
    case "header":
      return SECRET.test(part.name) ? fingerprint(source.header(part.name) ?? "") : (source.header(part.name) ?? "");
    case "claim":
      return source.claim(part.name) ?? "";
    case "cookie":
      return fingerprint(cookieNamed(source.header("cookie"), part.name) ?? "");
  }
}
