import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  advanceKeys,
  askRotation,
  inState,
  isPublished,
  LEAD_MS,
  newRing,
  OVERLAP_MS,
  revoke,
  switchAt,
  wakeAt,
  type Ring,
} from "../../../src/decide/keys/key-rotation.ts";

const T0 = 1_795_392_000_000;
const DAY = 86_400_000;
const states = (ring: Ring) => Object.fromEntries(ring.keys.map(({ kid, state }) => [kid, state]));
const start = newRing("a", "b", T0);

describe("a key ring", () => {
  it("signs with its first key at once, and publishes the next", () => {
    expect(states(start)).toEqual({ a: "signing", b: "next" });
    expect([switchAt(start), wakeAt(start)]).toEqual([T0 + 30 * DAY, T0 + 30 * DAY]);
  });

  it("changes keys after the period, to the millisecond", () => {
    expect(advanceKeys(start, "c", T0 + 30 * DAY - 1)).toEqual(start);
    expect(states(advanceKeys(start, "c", T0 + 30 * DAY))).toEqual({ a: "accepted", b: "signing", c: "next" });
  });

  it("accepts the old key until the last token it may have signed has expired", () => {
    const switched = advanceKeys(start, "c", T0 + 30 * DAY);
    expect(wakeAt(switched)).toBe(T0 + 30 * DAY + OVERLAP_MS);
    expect(states(advanceKeys(switched, "d", T0 + 30 * DAY + OVERLAP_MS - 1))).toMatchObject({ a: "accepted" });
    expect(states(advanceKeys(switched, "d", T0 + 30 * DAY + OVERLAP_MS))).toMatchObject({
      a: "retired",
      b: "signing",
    });
  });

  it("changes keys when it is asked to, once the next one was published for ten minutes", () => {
    const early = askRotation(start, "c", T0 + LEAD_MS - 1);
    expect([states(early), switchAt(early)]).toEqual([{ a: "signing", b: "next" }, T0 + LEAD_MS]);
    const later = advanceKeys(early, "c", T0 + LEAD_MS);
    expect([states(later), later.asked]).toEqual([{ a: "accepted", b: "signing", c: "next" }, false]);
    expect(states(askRotation(start, "c", T0 + LEAD_MS))).toEqual(states(later));
  });

  it("lets the next key sign at once when the signing one is revoked", () => {
    expect(states(revoke(start, "a", "c", T0 + 1)!)).toEqual({ a: "revoked", b: "signing", c: "next" });
  });

  it("publishes another next key when that one is revoked", () => {
    const after = revoke(start, "b", "c", T0 + 5)!;
    expect(states(after)).toEqual({ a: "signing", b: "revoked", c: "next" });
    expect(switchAt(askRotation(after, "d", T0 + 6))).toBe(T0 + 5 + LEAD_MS);
  });

  it("knows nothing to revoke in a key that is gone or unknown", () => {
    const after = revoke(start, "a", "c", T0 + 1)!;
    expect([revoke(after, "a", "d", T0 + 2), revoke(after, "zz", "d", T0 + 2)]).toEqual([null, null]);
  });

  it("forgets what became of old keys after ninety days", () => {
    const after = revoke(start, "a", "c", T0)!;
    expect(states(advanceKeys(after, "d", T0 + 90 * DAY))).toHaveProperty("a");
    expect(states(advanceKeys(after, "d", T0 + 90 * DAY + 1))).not.toHaveProperty("a");
  });
});

/**
 * What the mesh promises, kept in the simplest way there is: every token that was signed, and every key ever published.
 */
interface Told {
  readonly tokens: { kid: string; expiresAt: number }[];
  readonly publishedAt: Map<string, number>;
  readonly revoked: Set<string>;
}

const TOKEN_MS = 600_000;
const ISOLATE_HOLD_MS = 60_000;

const command = fc.oneof(
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 2_000_000 }) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 40 * DAY }) }),
  fc.record({ kind: fc.constant("rotate" as const) }),
  fc.record({ kind: fc.constant("revoke" as const), which: fc.nat(8) }),
);

it("never refuses a token of a key that was not revoked, and never accepts a revoked one", () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      let now = T0;
      let made = 2;
      let ring = newRing("k0", "k1", now);
      let heldByIsolate = { kid: "k0", since: now };
      const told: Told = {
        tokens: [],
        publishedAt: new Map([
          ["k0", now - LEAD_MS],
          ["k1", now],
        ]),
        revoked: new Set(),
      };
      let urgent = false;
      const check = (): void => {
        const published = new Set(ring.keys.filter(isPublished).map(({ kid }) => kid));
        for (const kid of published) {
          if (!told.publishedAt.has(kid)) {
            told.publishedAt.set(kid, now);
          }
        }
        for (const kid of told.revoked) {
          expect(published.has(kid)).toBe(false);
        }
        for (const { kid, expiresAt } of told.tokens) {
          if (expiresAt > now && !told.revoked.has(kid)) {
            expect(published.has(kid)).toBe(true);
          }
        }
        expect(ring.keys.filter(({ state }) => state === "signing")).toHaveLength(1);
        expect(ring.keys.filter(({ state }) => state === "next")).toHaveLength(1);
        expect(wakeAt(ring)).toBeGreaterThan(now);
        // Each key signs only after verifiers have had ten minutes to fetch it, but for the successor of a revoked one.
        const signing = inState(ring, "signing")!.kid;
        if (signing !== heldByIsolate.kid) {
          if (!urgent) {
            expect(now - told.publishedAt.get(signing)!).toBeGreaterThanOrEqual(LEAD_MS);
          }
          // An isolate may go on with the key it holds for a minute.
          if (!told.revoked.has(heldByIsolate.kid)) {
            told.tokens.push({ kid: heldByIsolate.kid, expiresAt: now + ISOLATE_HOLD_MS + TOKEN_MS });
          }
          heldByIsolate = { kid: signing, since: now };
        }
        told.tokens.push({ kid: signing, expiresAt: now + TOKEN_MS });
      };
      for (const one of commands) {
        urgent = false;
        if (one.kind === "wait") {
          // The alarm rings whenever something is due.
          const end = now + one.ms;
          while (wakeAt(ring) <= end) {
            now = wakeAt(ring);
            ring = advanceKeys(ring, `k${made++}`, now);
            check();
          }
          now = end;
        } else if (one.kind === "rotate") {
          ring = askRotation(ring, `k${made++}`, now);
        } else {
          const { kid } = ring.keys[one.which % ring.keys.length]!;
          const after = revoke(ring, kid, `k${made++}`, now);
          if (after !== null) {
            urgent = true;
            told.revoked.add(kid);
            ring = after;
          }
        }
        check();
      }
    }),
    { numRuns: 300 },
  );
});

it("changes nothing when time is asked about twice", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 * DAY }), (ms) => {
      const once = advanceKeys(start, "c", T0 + ms);
      expect(advanceKeys(once, "d", T0 + ms)).toEqual(once);
    }),
  );
});
