// Leases of endpoints, across heartbeats and restarts. Times are milliseconds.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { granted, renewed, restored, type EndpointLease } from "../../../src/decide/fleet/presence.ts";

const TTL_MS = 30_000;

describe("a lease", () => {
  it("runs one ttl from its registration, and one from each heartbeat", () => {
    const lease = granted("l1", TTL_MS, 1000);
    expect(lease).toEqual({ lease: "l1", ttlMs: TTL_MS, expiresAt: 31_000, graced: false });
    expect(renewed(lease, 20_000)?.expiresAt).toBe(50_000);
  });

  it("cannot be renewed once it has run out", () => {
    const lease = granted("l1", TTL_MS, 0);
    expect(renewed(lease, TTL_MS - 1)).not.toBeNull();
    expect(renewed(lease, TTL_MS)).toBeNull();
  });

  it("gets a full ttl after a restart, once", () => {
    const once = restored(granted("l1", TTL_MS, 0), 100_000);
    expect(once).toEqual({ lease: "l1", ttlMs: TTL_MS, expiresAt: 130_000, graced: true });
    expect(restored(once, 120_000)).toEqual(once);
  });

  it("gets it again after a heartbeat", () => {
    const heard = renewed(restored(granted("l1", TTL_MS, 0), 100_000), 110_000);
    expect(heard?.graced).toBe(false);
    expect(heard && restored(heard, 500_000).expiresAt).toBe(530_000);
  });

  it("of a live endpoint never runs out, and of a dead one within two ttls, however often the object restarts", () => {
    const restarts = fc.array(fc.integer({ min: 1, max: 400_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(restarts, fc.integer({ min: 0, max: 300_000 }), (times, diesAt) => {
        // Heartbeats each third of a ttl until it dies; what is stored is the grant and every change of `graced`.
        const events = [
          ...times.map((at) => ({ at, restart: true })),
          ...Array.from({ length: 40 }, (_, beat) => ({ at: (beat * TTL_MS) / 3, restart: false })),
        ].sort((a, b) => a.at - b.at);
        let stored: EndpointLease = granted("l1", TTL_MS, 0);
        let held: EndpointLease = stored;
        let lastHeard = 0;
        for (const { at, restart } of events) {
          if (restart) {
            held = restored(stored, at);
            if (held.graced !== stored.graced) {
              stored = held;
            }
          } else if (at <= diesAt) {
            const next = renewed(held, at);
            expect(next, `alive at ${at}`).not.toBeNull();
            if (held.graced && next) {
              stored = next;
            }
            held = next ?? held;
            lastHeard = at;
          }
        }
        const restartsAfter = times.filter((at) => at > lastHeard);
        const graceUntil = restartsAfter.length > 0 ? Math.min(...restartsAfter) + TTL_MS : 0;
        expect(held.expiresAt).toBeLessThanOrEqual(Math.max(lastHeard + TTL_MS, graceUntil));
      }),
    );
  });
});
