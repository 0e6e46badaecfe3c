// Envoy's rate-limit descriptors → limits of the mesh. A descriptor is a list of words and values; the limit that it
// asks for is the one that tells callers apart by the most of those words, and by none that is not there.
import type { KeyPart, Limit } from "../../model/snapshot/limit.ts";
import { bucketKey, type LimitKeySource } from "./key.ts";

interface DescriptorEntry {
  readonly key: string;
  readonly value: string;
}

interface DescriptorMatch {
  /** Index into what was given. */
  readonly index: number;
  /** The bucket, the same as that of a request through the mesh. */
  readonly key: string;
}

/** Words that Envoy's own actions produce, and their names here. */
const ALIASES: Readonly<Record<string, string>> = {
  remote_address: "ip",
  masked_remote_address: "ip",
  client_id: "client",
  path_method: "method",
  ":method": "method",
};

/** Names one limit: `generic_key: steady` asks for the limit "steady" only. */
const NAMED = "generic_key";

/** null = no limit holds for it: such a descriptor is never over its limit. */
export function limitOf(
  limits: readonly Pick<Limit, "name" | "key">[],
  entries: readonly DescriptorEntry[],
): DescriptorMatch | null {
  const words = new Map(entries.map(({ key, value }) => [wordOf(key), value]));
  const name = words.get(NAMED);
  const isNamed = name !== undefined && limits.some((limit) => limit.name === name);
  let best: DescriptorMatch & { readonly parts: number } = { index: -1, key: "", parts: -1 };
  for (const [index, limit] of limits.entries()) {
    if (isNamed && limit.name !== name) {
      continue;
    }
    if (limit.key.length <= best.parts || !limit.key.every((part) => isSaid(part, words))) {
      continue;
    }
    best = { index, key: bucketKey(limit.key, sourceOf(words)), parts: limit.key.length };
  }
  return best.index === -1 ? null : { index: best.index, key: best.key };
}

function wordOf(key: string): string {
  const lower = key.startsWith("claim:") || key.startsWith("cookie:") ? key : key.toLowerCase();
  return Object.hasOwn(ALIASES, lower) ? (ALIASES[lower] ?? lower) : lower;
}

function isSaid(part: KeyPart, words: ReadonlyMap<string, string>): boolean {
  switch (part.from) {
    case "client":
      return words.has("client") || words.has("ip");
    case "ip":
    case "method":
    case "route":
      return words.has(part.from);
    case "header":
      return words.has(`header:${part.name}`) || words.has(part.name);
    case "claim":
    case "cookie":
      return words.has(`${part.from}:${part.name}`);
  }
}

function sourceOf(words: ReadonlyMap<string, string>): LimitKeySource {
  return {
    method: words.get("method") ?? "",
    route: words.get("route") ?? "",
    ip: words.get("ip") ?? null,
    caller: words.get("client") ?? null,
    header: (name) => (name === "cookie" ? cookies(words) : (words.get(`header:${name}`) ?? words.get(name) ?? null)),
    claim: (name) => words.get(`claim:${name}`) ?? null,
  };
}

function cookies(words: ReadonlyMap<string, string>): string {
  const pairs = [...words].filter(([word]) => word.startsWith("cookie:"));
  return pairs.map(([word, value]) => `${word.slice("cookie:".length)}=${value}`).join("; ");
}
