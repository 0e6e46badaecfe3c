// Conditional requests (RFC 9110 §13) on what the registry versions: a resource, or the mesh as a whole.
import type { Refusal } from "../../model/word/problem.ts";
import { lacksRole, type Operator } from "../operator/operator.ts";

/** What `If-Match` or `If-None-Match` said: nothing, anything, or one of these versions. */
type Tags =
  { readonly kind: "absent" } | { readonly kind: "any" } | { readonly kind: "tags"; readonly tags: readonly string[] };

const TAG = /^(?:W\/)?"([\x21\x23-\x7e]*)"$/;

/** Nobody has seen more versions of one thing at once. */
const MOST_TAGS = 64;

/**
 * Reads the header. A leading `W/` is ignored: our tags version state, not bytes, so a proxy that recompressed an
 * answer and weakened its tag has not changed what the tag stands for.
 */
export function parseTags(header: string | null): Tags | Refusal {
  if (header === null) {
    return { kind: "absent" };
  }
  if (header.trim() === "*") {
    return { kind: "any" };
  }
  const tags: string[] = [];
  const parts = header.split(",", MOST_TAGS + 1);
  for (const part of parts) {
    const tag = TAG.exec(part.trim())?.[1];
    if (tag === undefined || parts.length > MOST_TAGS) {
      return {
        problem: "badParameter",
        detail: `"${header.slice(0, 60)}" is not a list of entity tags. Quote the version: "17".`,
      };
    }
    tags.push(tag);
  }
  return { kind: "tags", tags };
}

/**
 * Whether a reader has this version already (RFC 9110 §13.1.2). What cannot be read as a list of tags matches nothing.
 */
export function isUnchanged(headers: Headers, tag: string): boolean {
  const tags = parseTags(headers.get("if-none-match"));
  if ("problem" in tags || tags.kind === "absent") {
    return false;
  }
  return tags.kind === "any" || tags.tags.some((one) => etag(one) === tag);
}

export function etag(version: string | number): string {
  return `"${version}"`;
}

/** 412: what is there is not what the caller saw. `current` null = there is nothing. */
function moved(what: string, current: string | number | null): Refusal {
  return {
    problem: "preconditionFailed",
    detail: current === null ? `${what} does not exist.` : `${what} is at version ${current}.`,
    extensions: { currentEtag: current === null ? null : etag(current) },
    headers: current === null ? {} : { etag: etag(current) },
  };
}

/** What a write is based on, once its preconditions were read: `expected` as `WriteOptions` has it. */
type Basis = { readonly expected: number | null; readonly forced: boolean };

/**
 * `If-Match` of a write of the whole mesh, against its revision. Nothing said = whatever is there; `*` says so aloud,
 * which is for admins, and noted in the audit.
 */
export function basisOfMesh(headers: Headers, operator: Operator, revision: number): Basis | Refusal {
  const tags = parseTags(headers.get("if-match"));
  if ("problem" in tags) {
    return tags;
  }
  if (tags.kind === "absent") {
    return { expected: null, forced: false };
  }
  if (tags.kind === "any") {
    return lacksRole(operator, "admin") ?? { expected: null, forced: true };
  }
  return tags.tags.includes(String(revision)) ? { expected: revision, forced: false } : moved("The mesh", revision);
}

/** The version that `If-Match` names, of something that its own object versions; null = whatever there is. */
export function statedVersion(headers: Headers, operator: Operator): number | null | Refusal {
  const tags = parseTags(headers.get("if-match"));
  if ("problem" in tags) {
    return tags;
  }
  if (tags.kind === "any") {
    return lacksRole(operator, "admin");
  }
  // What is no number is no version of anything.
  return tags.kind === "absent"
    ? null
    : Math.max(...tags.tags.map((one) => (/^\d{1,16}$/.test(one) ? Number(one) : -1)));
}

/** Preconditions of a write of one resource; one is required. `version` null = the resource does not exist. */
export function basisOfResource(
  headers: Headers,
  operator: Operator,
  ref: string,
  version: number | null,
): Basis | Refusal {
  const match = parseTags(headers.get("if-match"));
  if ("problem" in match) {
    return match;
  }
  const noneMatch = parseTags(headers.get("if-none-match"));
  if ("problem" in noneMatch) {
    return noneMatch;
  }
  if (match.kind === "any") {
    return lacksRole(operator, "admin") ?? { expected: null, forced: true };
  }
  if (match.kind === "tags") {
    return version !== null && match.tags.includes(String(version))
      ? { expected: version, forced: false }
      : moved(ref, version);
  }
  if (noneMatch.kind === "any") {
    return version === null ? { expected: 0, forced: false } : moved(`${ref} exists already: it`, version);
  }
  return {
    problem: "preconditionRequired",
    detail: `Say what the write of ${ref} is based on.`,
    errors: [
      {
        pointer: "#",
        detail: "Neither If-Match nor If-None-Match: * was sent.",
        hint:
          version === null
            ? "It does not exist: If-None-Match: * creates it."
            : `If-Match: ${etag(version)} is current.`,
      },
    ],
    extensions: { currentEtag: version === null ? null : etag(version) },
  };
}
