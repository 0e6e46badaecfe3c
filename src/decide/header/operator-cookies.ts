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
  const values = (cookies ?? "").split(";").flatMap((pair) => {
    const [key = "", ...value] = pair.split("=");
    return key.trim() === name ? [value.join("=").trim()] : [];
  });
  return values.length === 1 ? (values[0] ?? null) : null;
}
