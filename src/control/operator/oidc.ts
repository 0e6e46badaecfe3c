// Login at an OpenID provider: authorization code with PKCE (RFC 7636), state and nonce. Between the way there and the
// way back nothing is kept but one random value in a cookie of the browser; state, nonce and verifier are digests of
// it, so only the browser that set out can come back (RFC 9700 §4.7).
import { settingsOf } from "../../env/settings.ts";
import type { Env } from "../../env/env.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { encodeBase64url } from "../../tokens/base64url.ts";
import { hex, sha256 } from "../../model/word/digest.ts";
import { discover } from "./discovery.ts";
import { fetchJson } from "./fetch-json.ts";
import type { Identity, AdminRequest } from "./identity.ts";
import { roleOf, verifyPerson } from "./oidc-operator.ts";

export const CALLBACK_PATH = "/_selvage/login/callback";
const TRIP = /^[0-9a-f]{64}$/;

type Departure =
  | { readonly ok: true; readonly trip: string; readonly location: string }
  | { readonly ok: false; readonly refusal: Refusal };

export function hasProvider(env: Env): boolean {
  return (settingsOf(env).oidc?.clientId ?? null) !== null;
}

/** Where to send the browser, and the value of its cookie. */
export async function depart(origin: string, { env, now }: AdminRequest): Promise<Departure> {
  const { oidc } = settingsOf(env);
  const provider = await discover(env, oidc?.issuer ?? "", now);
  if (provider === null) {
    return { ok: false, refusal: unavailable() };
  }
  const trip = hex(crypto.getRandomValues(new Uint8Array(32)));
  const location = new URL(provider.authorizationEndpoint);
  const parameters = {
    response_type: "code",
    client_id: oidc?.clientId ?? "",
    redirect_uri: origin + CALLBACK_PATH,
    scope: "openid email profile",
    state: await partOf(trip, "state"),
    nonce: await partOf(trip, "nonce"),
    code_challenge: encodeBase64url(await sha256(await partOf(trip, "verifier"))),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) {
    location.searchParams.set(name, value);
  }
  return { ok: true, trip, location: location.href };
}

/** Who came back. `trip`: the cookie's value. */
export async function arrive(
  origin: string,
  query: URLSearchParams,
  trip: string | null,
  visit: AdminRequest,
): Promise<Identity> {
  const { env, now } = visit;
  if (trip === null || !TRIP.test(trip)) {
    return failed("This browser has not set out to log in, or too long ago.");
  }
  if (!equal(only(query, "state"), await partOf(trip, "state"))) {
    return failed("The state is not the one of this login.");
  }
  if (query.has("error")) {
    return failed("The identity provider refused the login.");
  }
  const { oidc, isLocalMesh } = settingsOf(env);
  const provider = await discover(env, oidc?.issuer ?? "", now);
  if (provider === null) {
    return { refusal: unavailable() };
  }
  // RFC 9207: an answer of another provider is not to be taken to this one.
  if (query.has("iss") && only(query, "iss") !== provider.issuer) {
    return failed("The answer is of another provider.");
  }
  const code = only(query, "code");
  if (code === null || code === "") {
    return failed("The identity provider sent no code.");
  }
  const clientId = oidc?.clientId ?? "";
  const secret = oidc?.clientSecret ?? null;
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    redirect_uri: origin + CALLBACK_PATH,
    code_verifier: await partOf(trip, "verifier"),
  });
  const headers = new Headers({ accept: "application/json", "content-type": "application/x-www-form-urlencoded" });
  if (secret !== null && provider.secretIn === "basic") {
    headers.set("authorization", basic(clientId, secret));
  } else {
    form.set("client_id", clientId);
  }
  if (secret !== null && provider.secretIn === "body") {
    form.set("client_secret", secret);
  }
  const rule = { allowPrivate: isLocalMesh };
  const answer = await fetchJson(provider.tokenEndpoint, rule, { method: "POST", headers, body: form.toString() });
  const idToken = answer?.id_token;
  if (typeof idToken !== "string") {
    return failed("The identity provider gave no ID token for the code.");
  }
  const verdict = await verifyPerson(idToken, "oidc", [clientId], visit);
  if (!verdict.ok) {
    return verdict.refusal.problem === "loginUnavailable"
      ? { refusal: verdict.refusal }
      : failed("The identity provider's ID token does not hold.");
  }
  const { claims } = verdict.value;
  if (!equal(text(claims.nonce), await partOf(trip, "nonce"))) {
    return failed("The ID token is of another login.");
  }
  // OpenID Connect Core §3.1.3.7: of several audiences, the authorized party is us.
  const several = Array.isArray(claims.aud) && claims.aud.length > 1;
  if ((several || claims.azp !== undefined) && claims.azp !== clientId) {
    return failed("The ID token is for another client.");
  }
  if (text(claims.sub) === null) {
    return failed("The ID token names nobody.");
  }
  return roleOf({ source: "oidc", issuer: provider.issuer, claims }, env);
}

/** Digests of one secret, so that none of them tells another. */
async function partOf(trip: string, part: "state" | "nonce" | "verifier"): Promise<string> {
  return encodeBase64url(await sha256(`${part} ${trip}`));
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** A parameter that is there twice is nobody's. */
function only(query: URLSearchParams, name: string): string | null {
  const values = query.getAll(name);
  return values.length === 1 ? (values[0] ?? null) : null;
}

function equal(given: string | null, wanted: string): boolean {
  const encoder = new TextEncoder();
  const [one, other] = [encoder.encode(given ?? ""), encoder.encode(wanted)];
  return one.length === other.length && crypto.subtle.timingSafeEqual(one, other);
}

/** RFC 6749 §2.3.1: both are form-encoded before they are joined. */
function basic(id: string, secret: string): string {
  const encoded = [id, secret].map((part) => new URLSearchParams({ "": part }).toString().slice(1));
  return `Basic ${btoa(encoded.join(":"))}`;
}

function failed(detail: string): Identity {
  return { refusal: { problem: "loginFailed", detail } };
}

function unavailable(): Refusal {
  const detail = "The identity provider's description cannot be read.";
  return { problem: "loginUnavailable", detail, headers: { "retry-after": "10" } };
}
