// What the mesh asserts to a service about a request: that it came through the mesh, and who calls. The one place that
// says what is in it, for those who sign and for those who check.
import { encodeBase64url } from "./base64url.ts";

export const ASSERTION_HEADER = "selvage-assertion";
export const ASSERTION_TYPE = "selvage-assertion+jwt";
/** Longest life of an assertion, seconds. */
export const ASSERTION_SECONDS = 60;

/** What binds an assertion to one request, for services with `assertion: request`. */
interface Binding {
  /** The method, as it is sent. */
  readonly htm: string;
  /** SHA-256 of the request's path and query as the service gets them, base64url. */
  readonly htp: string;
}

/**
 * @param target path and query, or a whole URL: `/orders?page=2`. A URL parser spells the query, since clients differ
 * there; the path has one spelling, the mesh's.
 * @returns null = the mesh never sends this: a path with dot segments, a backslash, a fragment
 */
export async function bindingOf(method: string, target: string): Promise<Binding | null> {
  // Put together, not resolved: "//somewhere/orders" is a path here, not another host.
  const whole = target.startsWith("/") ? `http://service.invalid${target}` : target;
  if (!URL.canParse(whole) || whole.includes("#")) {
    return null;
  }
  const { protocol, pathname, search } = new URL(whole);
  const written = whole.replace(/^https?:\/\/[^/?]*/i, "").split("?", 1)[0];
  if (!protocol.startsWith("http") || (written !== pathname && written !== "")) {
    return null;
  }
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(pathname + search));
  return { htm: method, htp: encodeBase64url(new Uint8Array(digest)) };
}
