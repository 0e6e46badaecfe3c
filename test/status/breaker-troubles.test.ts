import { expect, it } from "vitest";
import type { ServiceBreakers } from "../../src/model/api/breakers.ts";
import { breakerTroubles } from "../../src/status/service-troubles.ts";

const NOW = Date.UTC(2026, 10, 30, 12);
const at = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString();
const breaker = { policy: "shop/p", target: "endpoint", name: "one", state: "closed", ok: 7, failed: 4, slow: 0 };
const told = (ejectedUntil: string) => {
  const breakers = [{ ...breaker, since: at(-60), until: null, ejectedUntil }];
  const service = { namespace: "shop", service: "pay", known: true, forced: [], breakers };
  return breakerTroubles([service as unknown as ServiceBreakers], NOW).map(({ message }) => message);
};

it("an endpoint is ejected until it is tried again, and not after", () => {
  expect(told(at(5))).toEqual([
    "endpoint one is ejected, tried again 2026-11-30T12:00:05.000Z (shop/p): 4 of 11 calls failed",
  ]);
  expect(told(at(-1))).toEqual([]);
});
