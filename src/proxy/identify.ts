// What a caller proves about itself with words of the mesh, before anything is routed: which routes a namespace sees
// depends on it. Proofs that a policy asks for are read later, in authenticate.ts. In the steady state nothing is
// awaited.
import { BAD_TOKEN_CHALLENGE } from "../decide/identity/authenticate.ts";
import { meshCaller, meshParty, type MeshProof } from "../decide/identity/mesh-caller.ts";
import type { HeaderEdit } from "../decide/header/edited-headers.ts";
import type { MeshToken } from "../isolate/state.ts";
import type { Caller } from "../model/snapshot/caller.ts";
import type { MeshKeys } from "../model/message/mesh-keys.ts";
import type { Refusal } from "../model/word/problem.ts";
import { verifyMeshToken } from "../tokens/mesh-token.ts";
import { peekIssuer } from "../tokens/read-token.ts";
import { GO_ON } from "./exchange/decided.ts";
import type { Decided, Exchange } from "./exchange/exchange.ts";

/**
 * A proof that is there and not good is never overlooked: such a caller is nobody, until authenticate.ts refuses it.
 */
export function identify(exchange: Exchange): Decided | Promise<Decided> {
  const texts = tokensOf(exchange);
  if (texts.length === 0) {
    return GO_ON;
  }
  // It was for the mesh: the service has no use for it, and could use it.
  const edits = texts.includes(bearerOf(exchange) ?? "") ? USED_UP : NO_EDITS;
  const proving = proveBy(exchange, texts);
  return proving instanceof Promise ? proving.then((proven) => known(proven, edits)) : known(proving, edits);
}

const NO_EDITS: readonly HeaderEdit[] = [];
const USED_UP: readonly HeaderEdit[] = [{ remove: ["authorization"] }];

function known(proven: Caller | Refusal, edits: readonly HeaderEdit[]): Decided {
  return { ok: "problem" in proven ? { badProof: proven, edits } : { caller: proven, edits } };
}

function proveBy(exchange: Exchange, texts: readonly string[]): Caller | Refusal | Promise<Caller | Refusal> {
  const { ports, env, ctx, startedAtMs } = exchange;
  const keys = ports.keys(env, ctx, startedAtMs);
  if (keys instanceof Promise) {
    return keys.then((held) => prove(exchange, texts, held));
  }
  return prove(exchange, texts, keys);
}

/** `selvage-identity`, whatever it is; a bearer token only when it says that it is the mesh's. */
function tokensOf(exchange: Exchange): readonly string[] {
  const { identity } = exchange.admitted;
  const bearer = bearerOf(exchange);
  const isOurs = bearer !== null && (identity === bearer || !isForeign(exchange, bearer));
  if (identity === null) {
    return isOurs ? [bearer] : NONE;
  }
  return isOurs && bearer !== identity ? [identity, bearer] : [identity];
}

function isForeign({ state, startedAtMs, settings }: Exchange, bearer: string): boolean {
  return state.callers.isForeign(bearer, startedAtMs, (token) => peekIssuer(token) !== settings.issuer);
}

const NONE: readonly string[] = [];

function bearerOf({ admitted }: Exchange): string | null {
  const authorization = admitted.headers.get("authorization");
  if (authorization === null || authorization.length < 7 || !/^bearer\s/i.test(authorization)) {
    return null;
  }
  return authorization.slice(7).trim();
}

function prove(
  exchange: Exchange,
  texts: readonly string[],
  keys: MeshKeys | null,
): Caller | Refusal | Promise<Caller | Refusal> {
  if (keys === null) {
    return UNCHECKABLE;
  }
  const held = texts.map((text) => recall(exchange, text, keys));
  return held.every((one) => one !== null) ? judge(exchange, held) : proveAnew(exchange, texts, keys);
}

async function proveAnew(exchange: Exchange, texts: readonly string[], keys: MeshKeys): Promise<Caller | Refusal> {
  const tokens: MeshToken[] = [];
  for (const text of texts) {
    const token = recall(exchange, text, keys) ?? (await verify(exchange, text, keys));
    if (typeof token === "string") {
      return refused(exchange, token);
    }
    tokens.push(token);
  }
  return judge(exchange, tokens);
}

/**
 * By its text: an isolate holds the keys that make such tokens, so a digest would hide nothing from whoever reads it.
 */
function recall({ state, startedAtMs }: Exchange, text: string, { accepted }: MeshKeys): MeshToken | null {
  const held = state.meshTokens.get(text);
  if (held === undefined) {
    return null;
  }
  if (startedAtMs < held.expiresAtMs && accepted.has(held.kid)) {
    return held;
  }
  state.meshTokens.delete(text);
  return null;
}

/** @returns why it does not hold, for the trace */
async function verify(
  { settings, state, startedAtMs: now }: Exchange,
  text: string,
  keys: MeshKeys,
): Promise<MeshToken | string> {
  const verified = await verifyMeshToken(text, keys, settings, now);
  if (typeof verified !== "string") {
    state.meshTokens.set(text, verified);
  }
  return verified;
}

/** Each time anew: what a token stands for may be gone since the last request. */
function judge(exchange: Exchange, tokens: readonly MeshToken[]): Caller | Refusal {
  const { live, settings, startedAtMs, trace } = exchange;
  const proofs: MeshProof[] = [];
  for (const { claims, expiresAtMs } of tokens) {
    const spiffe = meshParty(claims, live.snapshot, settings.trustDomain, startedAtMs);
    if (spiffe === null) {
      return refused(exchange, "unknown-party");
    }
    proofs.push({ spiffe, claims, expiresAtMs });
  }
  const caller = meshCaller(proofs);
  if (caller === null) {
    return refused(exchange, "two-parties");
  }
  trace?.("identify", { principals: proofs.map(({ spiffe }) => spiffe.party.principal) });
  return caller;
}

/** One answer for whatever is wrong: which it is would help those who forge. */
function refused({ trace }: Exchange, reason: string): Refusal {
  trace?.("identify", { refused: reason });
  return {
    problem: "tokenRefused",
    detail: "The token is not accepted",
    headers: { "www-authenticate": BAD_TOKEN_CHALLENGE },
  };
}

const UNCHECKABLE: Refusal = {
  problem: "proofUncheckable",
  detail: "The keys to check the caller's proof cannot be had at the moment",
  headers: { "retry-after": "2" },
};
