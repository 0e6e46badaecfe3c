// Causes of what fails now, in a window that also has what failed before.
import { expect, it } from "vitest";
import { causesOf } from "../../../src/control/observe/score-causes.ts";
import { otherLabels } from "../../../src/decide/signals/other.ts";
import type { MeshChange, ServiceSignals } from "../../../src/model/api/signals.ts";

const FROM = Date.UTC(2026, 0, 1, 12);
const at = (step: number): string => new Date(FROM + step * 10_000).toISOString();

interface Step {
  readonly requests: number;
  readonly errors?: number;
  readonly limited?: number;
  readonly denied?: number;
}

/** @param before errors of the window before */
function seen(steps: readonly Step[], before = 0): ServiceSignals {
  const series = steps.map((one, nth) => ({ errors: 0, limited: 0, denied: 0, ...one, at: at(nth) }));
  const sum = (of: "requests" | "errors" | "limited" | "denied"): number =>
    series.reduce((total, step) => total + step[of], 0);
  const signals = { requests: sum("requests"), errors: sum("errors"), limited: sum("limited"), denied: sum("denied") };
  const past = { requests: 600, errors: before, limited: 0, denied: 0 };
  return {
    namespace: "shop",
    name: "cart",
    state: "failing",
    series,
    signals,
    before: past,
  } as unknown as ServiceSignals;
}

const change = (seconds: number, more: Partial<MeshChange>): MeshChange => ({
  at: new Date(FROM + seconds * 1000).toISOString(),
  kind: "revision",
  title: "revision 8",
  service: "shop/cart",
  revision: 8,
  actor: "kim",
  detail: null,
  ...more,
});

/** Who was held back, and how often they called in the window before. */
interface HeldBack {
  readonly limited?: number;
  readonly usually?: number;
  readonly countedSince?: string | null;
}

function causes(
  service: ServiceSignals,
  changes: readonly MeshChange[],
  { limited = 0, usually = 0, countedSince = null }: HeldBack = {},
) {
  const row = { ...otherLabels("shop/cart"), caller: "crawler", sumMs: 0, tries: 0, buckets: [] };
  const rows = [{ ...row, status: 429, decision: "limit", policy: "RateLimitPolicy/p/q", count: limited }];
  const before = [{ ...row, status: 200, decision: "forwarded", policy: "", count: usually }];
  const asked = { question: { from: FROM, stepMs: 10_000 }, windowMs: 60_000 };
  const known = { declared: [], seeming: new Map() };
  const found = causesOf(
    asked,
    [service],
    { rows: limited === 0 ? [] : rows, before, countedSince },
    changes,
    known,
  ).get("shop/cart");
  return { since: found?.since, until: found?.until, titles: found?.likely.map(({ title }) => title) };
}

it("what mends a failure is not its cause, though the window began with the failure", () => {
  const steps = [{ requests: 100, errors: 40 }, { requests: 100, errors: 40 }, { requests: 100 }];
  const mend = [change(-300, { title: "revision 7" }), change(18, { title: "revision 8: put back" })];
  expect(causes(seen(steps, 200), mend)).toEqual({ since: null, until: at(2), titles: ["revision 7"] });
  // One that came with the first failure of all is.
  expect(causes(seen(steps), [change(3, {})])).toMatchObject({ titles: ["revision 8"] });
});

it("who was held back before it began did not make it", () => {
  const steps = [{ requests: 300, limited: 200 }, { requests: 300 }, { requests: 100, denied: 60 }];
  const key = [change(18, { kind: "key", title: "a secret has ended" })];
  expect(causes(seen(steps), key, { limited: 200 })).toEqual({
    since: at(2),
    until: null,
    titles: ["a secret has ended"],
  });
  const loud = [{ requests: 300 }, { requests: 300, limited: 200 }, { requests: 300, limited: 200 }];
  expect(causes(seen(loud), [], { limited: 400 }).titles).toEqual([
    "crawler calls more often than RateLimitPolicy/p/q lets it",
  ]);
});

it("who calls as ever is held back by the limit that was changed, as far as the time before is known", () => {
  const title = "revision 8: update RateLimitPolicy/p/q";
  const tightened = [change(28, { service: null, title })];
  const steps = [100, 100, 100, 100, 100, 100].map((requests, nth) => ({ requests, limited: nth < 3 ? 0 : 75 }));
  const first = (counted: HeldBack): string | undefined => causes(seen(steps), tightened, counted).titles?.[0];
  const loud = "crawler calls more often than RateLimitPolicy/p/q lets it";
  const ago = (seconds: number): string => new Date(FROM - seconds * 1000).toISOString();
  expect(first({ limited: 225, usually: 220, countedSince: ago(900) })).toBe(title);
  expect(first({ limited: 225, usually: 90, countedSince: ago(900) })).toBe(loud);
  // Of a mesh that is young, as much as it has.
  expect(first({ limited: 225, usually: 55, countedSince: ago(15) })).toBe(title);
  expect(first({ limited: 225, usually: 55, countedSince: ago(60) })).toBe(loud);
  expect(first({ limited: 225, usually: 0, countedSince: ago(-5) })).toBe(loud);
});

it("says nothing of who became louder where it had begun before the window", () => {
  const tightened = [change(-90, { service: null, title: "revision 8: update RateLimitPolicy/p/q" })];
  const steps = Array.from({ length: 6 }, () => ({ requests: 100, limited: 75 }));
  const counted = { limited: 450, usually: 450, countedSince: new Date(FROM - 900_000).toISOString() };
  expect(causes(seen(steps, 40), tightened, counted).titles?.[0]).toMatch(/^crawler calls more often/);
});
