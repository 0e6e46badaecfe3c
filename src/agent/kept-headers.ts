// Which headers a proxy hands on: those of the message, not those of a connection (RFC 9110 §7.6.1). Works on raw
// pairs, so that order, spelling and repeated lines stay.

/** name, value, name, value, … as node:http has them. */
type RawHeaders = readonly string[];

const OF_A_CONNECTION = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
  "expect",
]);
/**
 * How a body ends and what it is, and who calls, may not be nominated away: without them a request would pass for
 * somebody else's, or nobody's.
 */
const NEVER_NOMINATED = /^(?:content-.*|host|selvage-.*|authorization|cookie|forwarded|x-forwarded-.*)$/;

/** Many servers take an underscore for a hyphen: a word of the mesh that nobody has checked. */
const lookalike = (lower: string): boolean => lower.startsWith("selvage_");

/** @param dropped further names, in lower case, that are not handed on */
export function keptHeaders(raw: RawHeaders, dropped: ReadonlySet<string>): string[] {
  const nominated = nominatedIn(raw);
  const kept: string[] = [];
  for (const [name, value] of pairsOf(raw)) {
    const lower = name.toLowerCase();
    if (!OF_A_CONNECTION.has(lower) && !dropped.has(lower) && !nominated.has(lower) && !lookalike(lower)) {
      kept.push(name, value);
    }
  }
  return kept;
}

/** Every value of one header, in its order. */
export function headerValues(raw: RawHeaders, wanted: string): string[] {
  return [...pairsOf(raw)].flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
}

function* pairsOf(raw: RawHeaders): Generator<readonly [name: string, value: string]> {
  for (let at = 0; at + 1 < raw.length; at += 2) {
    yield [raw[at] ?? "", raw[at + 1] ?? ""];
  }
}

function nominatedIn(raw: RawHeaders): ReadonlySet<string> {
  const names = headerValues(raw, "connection").flatMap((value) => value.split(","));
  return new Set(names.map((name) => name.trim().toLowerCase()).filter((name) => !NEVER_NOMINATED.test(name)));
}
