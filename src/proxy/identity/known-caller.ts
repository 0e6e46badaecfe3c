// A caller who shows what an isolate has checked within the last minute is known by it: no digest, no signature and no
// parsing for each request. Only what was accepted is known; what may have changed since is looked at each time.
import { ANONYMOUS } from "../../decide/identity/caller.ts";
import { claimNames } from "../../decide/header/claim-headers.ts";
import type { KnownCaller, ProofPlaces } from "../../isolate/caller-memory.ts";
import type { Authentication } from "../../model/snapshot/access.ts";
import type { Exchange } from "../exchange/exchange.ts";
import { keysOf } from "./provider-keys.ts";

export function placesOf({ state }: Exchange, policy: Authentication): ProofPlaces {
  return state.callers.placesOf(policy, readPlaces);
}

function readPlaces({ jwt, clientCredentials }: Authentication): ProofPlaces {
  const tokens = jwt.flatMap(({ from }) => from.map((source) => ("cookie" in source ? "cookie" : source.header)));
  const clients = (clientCredentials?.from ?? []).flatMap((source) =>
    source === "basic" ? ["authorization"] : [source.id, source.secret],
  );
  const headers = [...tokens, ...clients].map((name) => name.toLowerCase());
  return { headers: [...new Set(headers)], claimed: claimNames(jwt) };
}

/**
 * All that the policy would read of the request, as one text; null = nothing is there, or somebody is proven already.
 *
 * @param index of the policy in the snapshot
 */
export function proofsOf({ admitted, caller }: Exchange, index: number, { headers }: ProofPlaces): string | null {
  if (caller !== ANONYMOUS) {
    return null;
  }
  let isThere = false;
  let proofs = String(index);
  for (const name of headers) {
    const value = admitted.headers.get(name);
    isThere ||= value !== null;
    // No value holds a line break, so nothing in one passes for another.
    proofs += value === null ? "\n" : `\n=${value}`;
  }
  return isThere ? proofs : null;
}

/** null = it has to be checked. */
export function recallCaller(exchange: Exchange, proofs: string): KnownCaller | null {
  const { state, live, startedAtMs: now, ports, env, ctx } = exchange;
  const known = state.callers.recall(live.snapshot, proofs, now);
  if (known === null) {
    return null;
  }
  const sameKeys = known.keys === null || ports.keys(env, ctx, now) === known.keys;
  const holds =
    sameKeys && known.vouched.every(({ provider, memory, keys }) => keysOf(exchange, provider, memory, now) === keys);
  if (holds) {
    return known;
  }
  state.callers.forget(proofs);
  return null;
}
