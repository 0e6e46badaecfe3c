// What `status` says of answers that it did not get.
import { expect, it } from "vitest";
import type { MeshRead, RuntimeRead } from "../../src/status/mesh-read.ts";
import { statusOf } from "../../src/status/mesh-status.ts";
import { unaskedOf } from "../../src/status/unasked.ts";

const ok = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value }) as const;
const failed = (status: number, message: string): object => ({ ok: false, failure: { status, message, exitCode: 8 } });
const none = ok({ items: [] });

const mesh = (more: object = {}): MeshRead =>
  ({
    readiness: ok({ ready: true, registry: "reachable", stale: false, setBack: false }),
    resources: none,
    catalog: none,
    revisions: ok({ revision: 3, items: [] }),
    propagation: ok({ head: 3, complete: true, current: 1, behind: 0, setBack: false, isolates: [] }),
    ...more,
  }) as unknown as MeshRead;
const runtime = (more: object = {}): RuntimeRead => {
  const stats = ok({ services: [], window: { partial: false, seconds: 60 } });
  const rest = { breakers: none, limits: none, audit: none, tokens: none, stats, longer: stats };
  return { ...rest, credentials: [], rollouts: null, ...more } as unknown as RuntimeRead;
};
const told = (read: MeshRead, asked: RuntimeRead) => {
  const { healthy, problems } = statusOf("http://mesh", read, asked, 0);
  return [healthy, problems.map(({ severity, message }) => `${severity}: ${message}`)];
};
const said = (what: string): string =>
  `degraded: not all could be asked, and what is wrong there is not known: ${what}`;

it("is healthy when all of it was asked, and nothing is wrong", () => {
  expect(told(mesh(), runtime())).toEqual([true, []]);
});

it.each([
  ["stats", mesh(), runtime({ stats: failed(503, "no answer in time") }), "stats (no answer in time)"],
  ["breakers", mesh(), runtime({ breakers: failed(500, "it failed") }), "breakers (it failed)"],
  ["rollouts", mesh(), runtime({ rollouts: failed(503, "down") }), "rollouts (down)"],
  ["propagation", mesh({ propagation: failed(503, "down") }), runtime(), "propagation (down)"],
  [
    "a part of what was counted",
    mesh(),
    runtime({ stats: ok({ services: [], window: { partial: true, seconds: 60 } }) }),
    "stats (not everyone who counts requests answered)",
  ],
  [
    "secrets, told once for all applications",
    mesh(),
    runtime({ credentials: [failed(503, "down"), ok({ clientId: null, secrets: [] }), failed(503, "down")] }),
    "credentials (down)",
  ],
])("is not healthy where nobody knows, for want of %s", (_, read, asked, what) => {
  expect(told(read, asked)).toEqual([false, [said(what)]]);
});

it("takes neither what a role is not told for a fault, nor what an earlier release or a deleted document has not", () => {
  const withheld = runtime({ audit: failed(403, "no"), tokens: failed(403, "no"), longer: failed(404, "no call") });
  const gone = { ...withheld, credentials: [failed(404, "gone")] } as unknown as RuntimeRead;
  expect(told(mesh(), gone)).toEqual([true, []]);
  expect(unaskedOf(mesh(), gone)).toEqual({ missing: [], withheld: ["audit", "tokens"] });
});
