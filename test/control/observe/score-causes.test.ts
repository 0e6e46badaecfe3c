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

function causes(service: ServiceSignals, changes: readonly MeshChange[], limited = 0) {
  const row = { ...otherLabels("shop/cart"), caller: "crawler", status: 429, decision: "limit", policy: "p/q" };
  const rows = [{ ...row, count: limited, sumMs: 0, tries: 0, buckets: [] }];
  const asked = { question: { from: FROM, stepMs: 10_000 }, windowMs: 60_000 };
  const known = { declared: [], seeming: new Map() };
  const found = causesOf(asked, [service], limited === 0 ? [] : rows, changes, known).get("shop/cart");
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
  expect(causes(seen(steps), key, 200)).toEqual({ since: at(2), until: null, titles: ["a secret has ended"] });
  const loud = [{ requests: 300 }, { requests: 300, limited: 200 }, { requests: 300, limited: 200 }];
  expect(causes(seen(loud), [], 400).titles).toEqual(["crawler calls more often than p/q lets it"]);
});
