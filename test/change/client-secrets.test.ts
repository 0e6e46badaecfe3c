// A client's secrets under any order of minting, rotating, revoking and waiting.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addSecret,
  liveSecrets,
  revokeSecret,
  rotateSecret,
  type CredentialStep,
} from "../../src/change/client-secrets.ts";
import type { SecretRecord } from "../../src/model/registry/identity.ts";

const T0 = Date.UTC(2026, 10, 23, 12);
const secret = (id: number, now: number): SecretRecord => ({
  id: String(id),
  digest: `d-${id}`,
  createdAt: new Date(now).toISOString(),
  createdBy: "mia",
  expiresAt: null,
});

const operation = fc.oneof(
  fc.record({ do: fc.constant("mint" as const) }),
  fc.record({ do: fc.constant("rotate" as const), overlapMs: fc.constantFrom(0, 1000, 60_000) }),
  fc.record({ do: fc.constant("revoke" as const), nth: fc.nat(2) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1, 999, 1000, 60_000) }),
);

describe("a client's secrets", () => {
  it("are two at most, and end only when somebody said so", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        let [now, made] = [T0, 0];
        let client: { readonly secrets: readonly SecretRecord[] } = { secrets: [] };
        /** By id, when each was told to end; the naive truth. */
        const ends = new Map<string, number>();
        const alive = (): string[] => [...ends].flatMap(([id, at]) => (at > now ? id : []));
        for (const one of operations) {
          if (one.do === "wait") {
            now += one.ms;
          } else {
            const before = alive();
            const fresh = secret(++made, now);
            const id = one.do === "revoke" ? (before[one.nth] ?? null) : null;
            const step: CredentialStep =
              one.do === "mint"
                ? addSecret(client, fresh, now)
                : one.do === "rotate"
                  ? rotateSecret(client, fresh, one.overlapMs, now)
                  : revokeSecret(client, id, now);
            const overlap = one.do === "rotate" ? one.overlapMs : 0;
            const isFull = before.length === 2 && (one.do === "mint" || (one.do === "rotate" && overlap > 0));
            const isNone = before.length === 0 && one.do !== "mint";
            expect(step.ok ? "ok" : step.reason).toBe(isFull ? "full" : isNone ? "none" : "ok");
            if (!step.ok) {
              continue;
            }
            client = { secrets: step.secrets };
            for (const other of before) {
              if (one.do === "rotate") {
                ends.set(other, Math.min(ends.get(other) ?? Infinity, now + overlap));
              }
              if (one.do === "revoke" && (id === null || id === other)) {
                ends.set(other, now);
              }
            }
            if (one.do !== "revoke") {
              ends.set(fresh.id, Infinity);
            }
          }
          expect(liveSecrets(client, now).map(({ id }) => id)).toEqual(alive());
          expect(alive().length).toBeLessThanOrEqual(2);
        }
      }),
    );
  });

  it("keep an earlier end when they are rotated away with a later one", () => {
    const first = rotateSecret({ secrets: [secret(1, T0)] }, secret(2, T0), 1000, T0);
    const second = revokeSecret({ secrets: first.ok ? first.secrets : [] }, "2", T0);
    const third = rotateSecret({ secrets: second.ok ? second.secrets : [] }, secret(3, T0), 60_000, T0);
    expect(third).toMatchObject({
      ok: true,
      secrets: [
        { id: "1", expiresAt: "2026-11-23T12:00:01.000Z" },
        { id: "3", expiresAt: null },
      ],
    });
  });
});
