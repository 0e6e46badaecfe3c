// The cookies of operators' browsers. Traffic and admin API may share a host, and a `__Host-` cookie goes along with every
// request to it: services must never see one.

const PREFIX = "__Host-selvage-";
export const SESSION_COOKIE = `${PREFIX}session`;
/** Lives from the way to the identity provider to the way back. */
export const LOGIN_COOKIE = `${PREFIX}login`;

/** A quick look, before anything is taken apart. */
export function mayHoldOperatorCookie(cookies: string): boolean {
  return cookies.includes(PREFIX);
}

/** The Cookie header (RFC 6265 §4.2.1) without cookies of ours; null = nothing is left. */
export function withoutOperatorCookies(cookies: string): string | null {
  const kept = cookies.split(";").filter((pair) => !pair.trim().startsWith(PREFIX));
  const rest = kept.join(";").trim();
  return rest === "" ? null : rest;
}

/** The value of a cookie; null = it is not there, or it is there twice and nobody knows which is meant. */
export function cookieNamed(cookies: string | null, name: string): string | null {
  let found: string | null = null;
  for (const pair of cookies?.split(";") ?? []) {
    const equals = pair.indexOf("=");
    if (equals === -1 || pair.slice(0, equals).trim() !== name) continue;
    if (found !== null) return null;
    found = pair.slice(equals + 1).trim();
  }
  return found;
}
