// Cookies of a request, read in one way by every stage and by the control plane. Taken apart by npm `cookie`; what
// several lines mean, and what a name means that is there twice, is decided here.
import { parseCookie } from "cookie";

/**
 * As it is written: nothing of the mesh percent-encodes a cookie, and a caller's own spelling is not the mesh's to
 * change.
 */
const AS_WRITTEN = { decode: (value: string): string => value };
/**
 * Where the platform joined lines, empty ones and one that ended in a semicolon among them: a comma is in no cookie
 * (RFC 6265 §4.1.1), and here another name follows.
 */
const JOINED = /(?:;\s*)?(?<!, )(?:, )+(?=[!#$%&'*+\-.^_`|~0-9A-Za-z]+=)/g;
/** Lines before and behind that said nothing. */
const EMPTY = /^(?:, )+|(?<!, )(?:, )+,?$/g;

/** Several Cookie lines as the one that they are (RFC 9113 §8.2.3). */
export function oneCookieLine(cookies: string): string {
  return cookies.includes(", ") ? cookies.replaceAll(EMPTY, "").replaceAll(JOINED, "; ") : cookies;
}

/**
 * The value of a cookie.
 *
 * @returns null = it is not there, or says nothing; "" = it is there twice with different values, and nobody knows
 * which is meant
 */
export function cookieNamed(cookies: string | null, name: string): string | null {
  let found: string | null = null;
  if (cookies === null || !cookies.includes(name)) {
    return found;
  }
  for (const pair of oneCookieLine(cookies).split(";")) {
    const value = parseCookie(pair, AS_WRITTEN)[name];
    if (value === undefined || value === found) {
      continue;
    }
    if (found !== null) {
      return "";
    }
    found = value;
  }
  return found === "" ? null : found;
}
