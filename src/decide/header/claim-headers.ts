// Claims of a verified token as headers for the service. A header can hold far less than a claim: what is not printable
// is percent-encoded, `%` too, so that a service which decodes gets exactly the claim. What is longer than 1 KiB is
// left out: a shortened name would be somebody else's.
import type { JwtProvider } from "../../model/snapshot/access.ts";
import type { Claims } from "../../model/snapshot/caller.ts";
import type { HeaderPair } from "../../model/snapshot/snapshot.ts";
import type { HeaderFields } from "./edited-headers.ts";
import { isReserved, plainName } from "./headers.ts";
import { claimNamed } from "../text/claim-named.ts";

const MAX_CLAIM_HEADER = 1024;

/** Headers of claims that the token has. */
export function claimHeaders({ claimToHeaders }: JwtProvider, claims: Claims): HeaderPair[] {
  const pairs: HeaderPair[] = [];
  for (const { claim, header } of claimToHeaders) {
    const value = isReserved(header) ? null : headerValue(claimNamed(claims, claim));
    if (value !== null) {
      pairs.push([header, value]);
    }
  }
  return pairs;
}

/** Names that only claims may fill; `x_user` reaches many servers as `x-user`. */
export function claimNames(providers: readonly JwtProvider[]): ReadonlySet<string> {
  return new Set(providers.flatMap(({ claimToHeaders }) => claimToHeaders.map(({ header }) => plainName(header))));
}

/** Those of the request's headers. */
export function claimHeaderNames(named: ReadonlySet<string>, present: Pick<HeaderFields, "keys">): string[] {
  return named.size === 0 ? [] : [...present.keys()].filter((name) => named.has(plainName(name)));
}

/** Lists of plain values are joined by commas, objects are JSON; null = there is nothing to say, or too much. */
function headerValue(value: unknown): string | null {
  if (value === undefined || value === null) {
    return null;
  }
  if (Array.isArray(value) && value.length > MAX_CLAIM_HEADER) {
    return null;
  }
  const text = Array.isArray(value) && value.every(isPlain) ? value.map(listed).join(",") : written(value);
  return text === "" || text.length > MAX_CLAIM_HEADER ? null : text;
}

function written(value: unknown): string {
  const text = isPlain(value) ? String(value) : JSON.stringify(value);
  // Escapes only make it longer: what is too long as it is need not be escaped to know that.
  return text.length > MAX_CLAIM_HEADER ? text : encoded(text);
}

/** A comma inside a value is not one between two. */
function listed(value: unknown): string {
  return written(value).replaceAll(",", "%2C");
}

/** Visible ASCII stays, and spaces inside; everything else becomes UTF-8 in escapes. */
function encoded(text: string): string {
  const first = text.search(NO_SPACE);
  const start = first === -1 ? text.length : first;
  let end = text.length;
  while (end > start && text.charCodeAt(end - 1) === 0x20) {
    end--;
  }
  const inside = text.slice(start, end).toWellFormed().replace(OTHERS, escaped);
  return `${escaped(text.slice(0, start))}${inside}${escaped(text.slice(end))}`;
}

const NO_SPACE = /[^ ]/;
const OTHERS = /[^ -$&-~]+/g;

function escaped(text: string): string {
  return [...utf8.encode(text)].map(percent).join("");
}

const utf8 = new TextEncoder();

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
