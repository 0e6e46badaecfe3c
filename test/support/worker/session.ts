// Sessions of browsers, for worker tests: how to get one and how to use it.
import { expect } from "vitest";
import { type Answered, ask, type Sent } from "./admin.ts";

/** Where the browser is: the host that `ask` asks. */
export const HOST = "http://mesh.test";
/** What a browser says of a request that a page of this host makes. */
export const OWN = { origin: HOST, "sec-fetch-site": "same-origin" };

export function login(token: string, headers: Record<string, string> = {}): Promise<Answered> {
  return ask("POST", "/_selvage/login", { token: null, body: { token }, headers });
}

/** `name=value` of the session that a login gave. */
export async function sessionOf(token: string, headers: Record<string, string> = {}): Promise<string> {
  const { status, headers: answered, text } = await login(token, headers);
  expect([status, text]).toEqual([200, text]);
  return cookieOf(answered);
}

export const cookieOf = (headers: Headers): string => (headers.get("set-cookie") ?? "").split(";")[0] ?? "";

/** A request with the cookie and no token. */
export const as = (cookie: string, headers: Record<string, string> = {}): Sent => ({
  token: null,
  headers: { cookie, ...headers },
});
