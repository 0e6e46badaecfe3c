// Whether a token holds, by the providers that look where it came from. Its `iss` chooses among them and nothing else
// of it has a say: algorithm, audience and keys are the policy's (RFC 8725 §3.1). In the steady state this is one
// SHA-256.
import type { Authentication, JwtProvider } from "../../model/snapshot/access.ts";
import type { Claims } from "../../model/snapshot/caller.ts";
import type { KeySet } from "../../tokens/key-set.ts";
import { MAX_TOKEN, readToken, type Token } from "../../tokens/read-token.ts";
import { verifyToken, type TokenFault } from "../../tokens/verify-token.ts";
import type { Exchange } from "../exchange/exchange.ts";
import { memoryOf, recall, remember } from "../../isolate/proof-memory.ts";
import { keysOf } from "./provider-keys.ts";

export type CheckedToken =
  | {
      readonly is: "good";
      readonly provider: JwtProvider;
      readonly claims: Claims;
      /** Those that it was checked with. */
      readonly keys: KeySet;
      /** Milliseconds since the epoch; null = it has no end. */
      readonly expiresAtMs: number | null;
    }
  /** `reason`: for traces, never for the caller. */
  | { readonly is: "bad"; readonly reason: TokenFault | "unreadable" | "unknown-issuer" }
  | { readonly is: "uncheckable"; readonly provider: string; readonly retryMs: number };

export async function checkToken(
  exchange: Exchange,
  policy: Authentication,
  text: string,
  providers: readonly JwtProvider[],
  now: number,
): Promise<CheckedToken> {
  // The size first: nothing of what is too long is looked at.
  if (text === "" || text.length > MAX_TOKEN) {
    return { is: "bad", reason: "unreadable" };
  }
  const digest = await digestOf(text);
  const known = await recalled(exchange, policy, digest, providers, now);
  if (known !== null) {
    return known;
  }
  const token = readToken(text);
  if (!token.ok) {
    return { is: "bad", reason: "unreadable" };
  }
  const named = providers.filter(({ issuer }) => issuer === token.claims["iss"]);
  let last: CheckedToken = { is: "bad", reason: "unknown-issuer" };
  for (const provider of named) {
    const checked = await byProvider(exchange, policy, { ...token, digest }, provider, now);
    if (checked.is === "good") {
      return checked;
    }
    if (last.is !== "uncheckable") {
      last = checked;
    }
  }
  return last;
}

async function recalled(
  exchange: Exchange,
  policy: Authentication,
  digest: string,
  providers: readonly JwtProvider[],
  now: number,
): Promise<CheckedToken | null> {
  for (const provider of providers) {
    const memory = memoryOf(exchange.state.proofs, policy, provider);
    const held = keysOf(exchange, provider, memory, now);
    const keys = held instanceof Promise ? await held : held;
    const known = keys === null ? null : recall(exchange.state.proofs, memory, digest, keys, now);
    if (known !== null) {
      return { is: "good", provider, claims: known.claims, keys: known.keys, expiresAtMs: known.expiresAtMs };
    }
  }
  return null;
}

async function byProvider(
  exchange: Exchange,
  policy: Authentication,
  token: Token & { readonly digest: string },
  provider: JwtProvider,
  now: number,
): Promise<CheckedToken> {
  const memory = memoryOf(exchange.state.proofs, policy, provider);
  let keys = await keysOf(exchange, provider, memory, now);
  if (keys === null) {
    return uncheckable(exchange, provider, now);
  }
  let verified = await verifyToken(token, keys, provider, now);
  if (!verified.ok && verified.reason === "unknown-key") {
    keys = await newerKeys(exchange, provider, token, now);
    if (keys !== null) {
      verified = await verifyToken(token, keys, provider, now);
    }
  }
  if (keys === null || !verified.ok) {
    return { is: "bad", reason: verified.ok ? "unknown-key" : verified.reason };
  }
  const { claims, expiresAtMs } = verified;
  remember(exchange.state.proofs, memory, token.digest, { claims, keys, expiresAtMs }, now);
  return { is: "good", provider, claims, keys, expiresAtMs };
}

/** The issuer may have a new key: asked for by its id, of the URL that the policy names. */
async function newerKeys(
  { ports, env, ctx }: Exchange,
  { keys }: JwtProvider,
  { header }: Token,
  now: number,
): Promise<KeySet | null> {
  if (!("jwksUri" in keys) || header.kid === null) {
    return null;
  }
  return ports.jwks.newer(env, ctx, keys, header.kid, now);
}

function uncheckable({ ports }: Exchange, { name, keys }: JwtProvider, now: number): CheckedToken {
  return { is: "uncheckable", provider: name, retryMs: "jwksUri" in keys ? ports.jwks.retryMs(keys, now) : 30_000 };
}

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return String.fromCharCode(...new Uint16Array(digest));
}
