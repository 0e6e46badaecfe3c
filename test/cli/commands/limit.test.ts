import { expect, it } from "vitest";
import { limitTable } from "../../../src/cli/commands/limit.ts";
import type { LimitUseAnswer } from "../../../src/model/api/limits.ts";

const use = (more: Partial<LimitUseAnswer>): LimitUseAnswer => ({
  namespace: "shop",
  policy: "per-client",
  limit: "steady",
  key: ["192.0.2.1", ""],
  kind: "RateLimitPolicy",
  application: null,
  contract: null,
  overflow: false,
  mode: "leased",
  shadow: false,
  capacity: 100,
  used: 40,
  leased: 7,
  refused: 3,
  resetMs: 1250,
  ...more,
});

it("limits are told by policy, key and use", () => {
  const items = [use({}), use({ key: [], shadow: true, resetMs: 0 }), use({ key: [], overflow: true })];
  expect(limitTable(items, false).map((line) => line.trimEnd())).toEqual([
    "POLICY       LIMIT             KEY            USED     LEASED   REFUSED   RESET",
    "per-client   steady            192.0.2.1 -    40/100   7        3         1.3s",
    "per-client   steady (shadow)   *              40/100   7        3         -",
    "per-client   steady            (all others)   40/100   7        3         1.3s",
  ]);
  expect(limitTable(items, true)[1]).toMatch(/^shop +per-client/);
});
