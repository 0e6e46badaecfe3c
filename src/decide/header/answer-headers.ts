// Which headers of a service's answer may cross the mesh, and which of its own answers nobody else may write.
import { nominate, type HeaderList, type HeaderTarget } from "./headers.ts";

/**
 * What a service may not tell a caller, of what the runtime would let pass: it drops Connection, Keep-Alive, TE,
 * Trailer, Transfer-Encoding and Upgrade from answers by itself (test/proxy/wire-answers.test.ts holds it to that).
 */
const NEVER_ANSWERED = [
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-connection",
  "selvage-assertion",
  "selvage-decision",
  "selvage-identity",
  "selvage-path",
  "selvage-revision",
  "selvage-source",
] as const;

/** Whether there is nothing to clean. Each look costs, so there are no more than these. */
export function isCleanResponse(headers: Pick<Headers, "has">): boolean {
  return !headers.has("connection") && !NEVER_ANSWERED.some((name) => headers.has(name));
}

/** Cleans a service's answer in place: what `Connection` nominates, and words of proxies and of the mesh. */
export function cleanResponse(headers: HeaderList & Pick<HeaderTarget, "delete">): void {
  const connection = headers.get("connection");
  for (const name of NEVER_ANSWERED) {
    headers.delete(name);
  }
  if (connection === null) {
    return;
  }
  const nominated: string[] = [];
  nominate(connection, nominated);
  for (const name of nominated) {
    headers.delete(name);
  }
}

/** What describes one body, and how long it may be kept (RFC 9110 §8, RFC 9111 §5): whoever wrote the body says it. */
export const REPRESENTATION: ReadonlySet<string> = new Set([
  "age",
  "cache-control",
  "cdn-cache-control",
  "cloudflare-cdn-cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-location",
  "content-range",
  "content-type",
  "etag",
  "expires",
  "last-modified",
  "surrogate-control",
]);
