// The cookies of operators' browsers. Traffic and admin API may share a host, and a `__Host-` cookie goes along with
// every request to it: services must never see one, and never set one.
import { oneCookieLine } from "./cookies.ts";

const PREFIX = "__Host-selvage-";
export const SESSION_COOKIE = `${PREFIX}session`;
/** Lives from the way to the identity provider to the way back. */
export const LOGIN_COOKIE = `${PREFIX}login`;

/** Also behind a comma: some proxies join lines by that. */
const OURS = /(?:^|,)\s*__Host-selvage-/;
/** In any case, and without a name: some browsers send the value of such a cookie as if it were its name. */
const SETS_OURS = /^\s*=?\s*__Host-selvage-/i;

/** A quick look, before anything is taken apart: ours may be in it, or several lines. */
export function mustCleanCookies(cookies: string): boolean {
  return cookies.includes(PREFIX) || cookies.includes(", ");
}

/** The Cookie header (RFC 6265 §4.2.1) as one line without cookies of ours; null = nothing is left. */
export function withoutOperatorCookies(cookies: string): string | null {
  const kept = oneCookieLine(cookies)
    .split(";")
    .filter((pair) => !OURS.test(pair));
  const rest = kept.join(";").trim();
  return rest === "" ? null : rest;
}

/** Does an answer set a cookie of ours? */
export function setsOperatorCookies(headers: Headers): boolean {
  return headers.has("set-cookie") && headers.getSetCookie().some((line) => SETS_OURS.test(line));
}

/** Takes out of an answer what would set a cookie of ours. */
export function dropSetOperatorCookies(headers: Headers): void {
  if (!setsOperatorCookies(headers)) {
    return;
  }
  const lines = headers.getSetCookie();
  headers.delete("set-cookie");
  for (const line of lines) {
    if (!SETS_OURS.test(line)) {
      headers.append("set-cookie", line);
    }
  }
}
