import { describe, expect, it } from "vitest";
import { meshTroubles } from "../../src/status/mesh-troubles.ts";
import type { MeshRead } from "../../src/status/mesh-read.ts";

const ok = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value }) as const;
const isolate = (edge: string, revision: number): object => ({ isolate: `id-${edge}`, colo: null, edge, revision });

/** Two isolates, of which one runs the revision before the head. */
function oneBehind(ageMs: number | null): MeshRead {
  const propagation = { head: 4, complete: false, current: 1, behind: 1, setBack: false, ageMs };
  const isolates = [isolate("edge-1", 3), isolate("edge-2", 4)];
  const read = {
    readiness: ok({ ready: true, registry: "reachable", stale: false, setBack: false }),
    propagation: ok({ ...propagation, isolates }),
  };
  return read as unknown as MeshRead;
}

describe("an isolate that does not run the newest revision", () => {
  it.each([
    ["has only just been announced: a notice", 0, "notice"],
    ["has had its time: degraded", 10_000, "degraded"],
    ["is older than the mesh remembers: degraded", null, "degraded"],
  ])("that %s", (_, ageMs, severity) => {
    expect(meshTroubles(oneBehind(ageMs))).toMatchObject([
      { severity, message: "1 of 2 isolates do not run revision 4 yet (edge-1)", command: "selvage check" },
    ]);
  });
});

describe("a control plane that is a Worker of its own", () => {
  const apart = (control: object): MeshRead =>
    ({
      readiness: ok({ ready: true, registry: "reachable", stale: false, setBack: false, control }),
      propagation: null,
    }) as unknown as MeshRead;

  it.each([
    [{ reachable: true, differs: [] }, []],
    [
      { reachable: false, differs: [] },
      ["the control plane's own Worker does not answer: requests go on, changes do not"],
    ],
    [
      { reachable: true, differs: ["MESH_DOMAIN", "TRUST_DOMAIN"] },
      ["the control plane's own Worker has other values of MESH_DOMAIN, TRUST_DOMAIN than the one that serves traffic"],
    ],
  ])("%j", (control, messages) => {
    expect(meshTroubles(apart(control)).map(({ message }) => message)).toEqual(messages);
  });
});
