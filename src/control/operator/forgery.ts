// Whether a request that a browser proves by itself (a cookie, an identity proxy in front) was made by a page of ours.
// Everything a page of another site could send without asking first is refused: forms, text/plain, no Sec-Fetch-Site
// (https://www.w3.org/TR/fetch-metadata/). Requests with a bearer token need none of this: no browser adds one.
import type { Refusal } from "../../model/word/problem.ts";
import { mediaType } from "../http/body.ts";

/** A header that only a page of the same origin can add without a preflight, for requests without a body. */
const CSRF_HEADER = "selvage-csrf";

const LOOPBACK = /^(?:(?:[^.]+\.)*localhost|127(?:\.\d+){3}|\[::1\])$/;
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
/** No form can send these (https://fetch.spec.whatwg.org/#cors-safelisted-request-header). */
const ASKED_FIRST: ReadonlySet<string | null> = new Set(["application/json", "application/yaml"]);

/**
 * null = it was.
 * @param form the call reads forms of our own pages: origin and fetch metadata are proof enough
 */
export function refuseForgery(request: Request, { form = false }: { readonly form?: boolean } = {}): Refusal | null {
  const { headers, method } = request;
  const site = headers.get("sec-fetch-site");
  const isUpgrade = headers.has("upgrade");
  if (SAFE.has(method) && !isUpgrade) {
    if (site === null || site === "same-origin" || site === "none") {
      return null;
    }
    return forged(`Sec-Fetch-Site is "${site}"`);
  }
  // Browsers say where a WebSocket comes from by Origin alone, and always; some say it by Sec-Fetch-Site, too.
  if (site !== "same-origin" && !(isUpgrade && site === null)) {
    return forged(site === null ? "Sec-Fetch-Site is missing" : `Sec-Fetch-Site is "${site}"`);
  }
  const origin = headers.get("origin");
  if (origin === null) {
    return forged("Origin is missing");
  }
  if (!isOwn(origin, request.url)) {
    return forged("Origin is another one than this host");
  }
  if (form || isUpgrade || headers.has(CSRF_HEADER) || ASKED_FIRST.has(mediaType(request))) {
    return null;
  }
  return forged(`a form could have sent it: send application/json, or the header ${CSRF_HEADER}`);
}

/** By host and port: the scheme is Sec-Fetch-Site's, and a front may have taken TLS away. */
function isOwn(origin: string, url: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === new URL(url).host;
}

/**
 * For an address that no page calls: an Origin says that one does. Another site's is refused, and on a mesh of one's
 * own machine every name that is not the machine's: a stranger's name may lead there, too (DNS rebinding).
 */
export function refuseForeignOrigin(request: Request, isLocalMesh: boolean): Refusal | null {
  const origin = request.headers.get("origin");
  if (origin === null) {
    return null;
  }
  const isLoopback = URL.canParse(origin) && LOOPBACK.test(new URL(origin).hostname);
  return isOwn(origin, request.url) && (!isLocalMesh || isLoopback)
    ? null
    : { problem: "forgedRequest", detail: "The Origin header names a page that has no business here." };
}

function forged(why: string): Refusal {
  return { problem: "forgedRequest", detail: `A browser's session proves nothing about who made the request: ${why}.` };
}
