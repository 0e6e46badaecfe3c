// Callers by what they show: who was proven to call with exactly these tokens and secrets, under one policy of one
// revision. Bounded, for a minute at most, and gone with a new revision or new keys of the mesh. Proofs that were
// refused are never in it.
import type { HeaderEdit } from "../decide/header/edited-headers.ts";
import type { ProofKind } from "../decide/identity/authenticate.ts";
import { BoundedMap } from "../decide/text/bounded-map.ts";
import type { MeshKeys } from "../model/message/mesh-keys.ts";
import type { Authentication, JwtProvider } from "../model/snapshot/access.ts";
import type { Caller } from "../model/snapshot/caller.ts";
import type { Snapshot } from "../model/snapshot/snapshot.ts";
import type { KeySet } from "../tokens/key-set.ts";
import type { ProviderMemory } from "./proof-memory.ts";

export interface KnownCaller {
  readonly caller: Caller;
  readonly edits: readonly HeaderEdit[];
  readonly proven: readonly ProofKind[];
  /** Whose keys the tokens were checked with, and with which: others in force by now vouch for nothing. */
  readonly vouched: readonly {
    readonly provider: JwtProvider;
    readonly memory: ProviderMemory;
    readonly keys: KeySet;
  }[];
  /** Of the mesh, which secrets were digested with; null = none were shown. */
  readonly keys: MeshKeys | null;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** What a policy reads of a request, read off the policy once. */
export interface ProofPlaces {
  /** Headers that proofs may be in, each once. */
  readonly headers: readonly string[];
  /** Headers that only claims may fill, as `plainName` has them. */
  readonly claimed: ReadonlySet<string>;
}

const MOST_CALLERS = 1000;
/** Longer ones are checked anew each time: what is remembered stays below a few megabytes. */
const LONGEST_PROOFS = 4096;
const REMEMBERED_MS = 60_000;

export class CallerMemory {
  #snapshot: Snapshot | null = null;
  readonly #callers = new BoundedMap<string, KnownCaller>(MOST_CALLERS);
  readonly #places = new WeakMap<Authentication, ProofPlaces>();
  /** Bearer tokens that are nobody's of the mesh, until when that need not be looked at again. */
  readonly #foreign = new BoundedMap<string, number>(MOST_CALLERS);

  get size(): number {
    return this.#callers.size + this.#foreign.size;
  }

  placesOf(policy: Authentication, read: (policy: Authentication) => ProofPlaces): ProofPlaces {
    const known = this.#places.get(policy);
    if (known !== undefined) {
      return known;
    }
    const places = read(policy);
    this.#places.set(policy, places);
    return places;
  }

  recall(snapshot: Snapshot, proofs: string, now: number): KnownCaller | null {
    if (snapshot !== this.#snapshot) {
      return null;
    }
    const known = this.#callers.get(proofs);
    if (known === undefined) {
      return null;
    }
    if (now < known.until) {
      return known;
    }
    this.#callers.delete(proofs);
    return null;
  }

  /** @param until at the latest */
  remember(snapshot: Snapshot, proofs: string, known: Omit<KnownCaller, "until">, now: number, until: number): void {
    if (proofs.length > LONGEST_PROOFS) {
      return;
    }
    if (snapshot !== this.#snapshot) {
      this.#callers.clear();
      this.#snapshot = snapshot;
    }
    this.#callers.set(proofs, { ...known, until: Math.min(until, now + REMEMBERED_MS) });
  }

  forget(proofs: string): void {
    this.#callers.delete(proofs);
  }

  /** Whether a bearer token is somebody else's; asked of the token itself once a minute. */
  isForeign(token: string, now: number, ask: (token: string) => boolean): boolean {
    const until = this.#foreign.get(token);
    if (until !== undefined && now < until) {
      return true;
    }
    if (!ask(token)) {
      return false;
    }
    if (token.length <= LONGEST_PROOFS) {
      this.#foreign.set(token, now + REMEMBERED_MS);
    }
    return true;
  }
}
