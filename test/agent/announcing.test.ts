// When an endpoint is announced, kept, drained and taken out: the machine alone, and in a world where calls get lost,
// the registry forgets, and the app comes and goes.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  afterCall,
  dueCall,
  initialAnnouncing,
  want,
  type AgentCall,
  type Announcing,
  type CallOutcome,
  type Wanted,
} from "../../src/agent/announcing.ts";
import { sized } from "../support/long.ts";

const ttlMs = 30_000;
const at = (now: number, random = 0) => ({ now, random, ttlMs });
const after = (state: Announcing, ...steps: readonly (readonly [AgentCall, CallOutcome])[]): Announcing =>
  steps.reduce((one, [call, outcome]) => afterCall(one, call, outcome, at(1_000)), state);

const present = after(want(initialAnnouncing, "present", 0), ["register", "done"]);

describe("announcing an endpoint", () => {
  it("does nothing before it is known how the app is", () => {
    expect(dueCall(initialAnnouncing)).toBeNull();
  });

  it("takes out what a former process left, when the app is ill from the start", () => {
    const ill = want(initialAnnouncing, "absent", 5);
    expect([dueCall(ill), ill.dueAt]).toEqual(["remove", 5]);
    expect(dueCall(after(ill, ["remove", "unknown"]))).toBeNull();
  });

  it("registers at once, then sends heartbeats after a third of the lease at the latest, a fifth less at the earliest", () => {
    expect(dueCall(present)).toBe("heartbeat");
    expect(present.dueAt).toBe(11_000);
    expect(afterCall(present, "heartbeat", "done", at(11_000, 1)).dueAt).toBe(19_000);
  });

  it("registers again within a second when it was forgotten", () => {
    const forgotten = afterCall(present, "heartbeat", "unknown", at(11_000, 0.5));
    expect([dueCall(forgotten), forgotten.dueAt]).toEqual(["register", 11_500]);
  });

  it("asks a mesh that is away ever less often, at least every ten seconds", () => {
    let state = present;
    const waits = Array.from({ length: 8 }, () => {
      state = afterCall(state, "heartbeat", "failed", at(0));
      return state.dueAt;
    });
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
    expect(dueCall(state)).toBe("heartbeat");
  });

  it("repeats what was refused every half minute", () => {
    const refused = afterCall(want(initialAnnouncing, "present", 0), "register", "refused", at(0));
    expect([dueCall(refused), refused.dueAt]).toEqual(["register", 30_000]);
  });

  it("drains at once, and is not brought back by an app that is well", () => {
    const draining = want(present, "draining", 2_000);
    expect([dueCall(draining), draining.dueAt]).toEqual(["drain", 2_000]);
    expect(want(draining, "present", 3_000)).toBe(draining);
    const ended = want(after(draining, ["drain", "done"]), "ended", 4_000);
    expect(dueCall(ended)).toBe("remove");
    expect(dueCall(after(ended, ["remove", "done"]))).toBeNull();
  });

  it("does not forget an end that came while a call was under way", () => {
    const stopped = want(want(initialAnnouncing, "present", 0), "draining", 500);
    const drains = afterCall(stopped, "register", "done", at(900));
    expect([dueCall(drains), drains.dueAt]).toEqual(["drain", 900]);
    // It may have arrived all the same.
    const unsure = afterCall(stopped, "register", "failed", at(900));
    expect([dueCall(unsure), unsure.dueAt]).toEqual(["drain", 900]);
  });
});

/** The registry: what a call does to it, whether or not its answer arrives. */
type Registry = "absent" | "present" | "draining";
const carriedOut = (held: Registry, call: AgentCall): readonly [Registry, CallOutcome] => {
  switch (call) {
    case "register":
      return ["present", "done"];
    case "heartbeat":
      return [held, held === "absent" ? "unknown" : "done"];
    case "drain":
      return held === "absent" ? ["absent", "unknown"] : ["draining", "done"];
    case "remove":
      return ["absent", held === "absent" ? "unknown" : "done"];
  }
};

const event = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ is: fc.constant("call" as const), lost: fc.constantFrom("no", "before", "after") }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant("app" as const), well: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("forgets" as const) }) },
);

describe("in a world where calls get lost", () => {
  it("announces only a well app, and ends with what is wanted once calls arrive", () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.constantFrom<Wanted | null>(null, "draining", "ended"),
        fc.constantFrom<Registry>("absent", "present"),
        (events, end, left) => {
          let registry = left;
          let state = initialAnnouncing;
          let now = 0;
          let well: boolean | null = null;
          const call = (lost: string): void => {
            const due = dueCall(state);
            if (due === null) {
              return;
            }
            expect(due === "register" || due === "heartbeat").toBe(state.wanted === "present");
            now = Math.max(now, state.dueAt);
            const [next, outcome] = lost === "before" ? ([registry, "failed"] as const) : carriedOut(registry, due);
            registry = next;
            state = afterCall(state, due, lost === "no" ? outcome : "failed", at(now, 0.5));
            expect(state.dueAt).toBeGreaterThanOrEqual(now);
            expect(state.dueAt).toBeLessThanOrEqual(now + 30_000);
          };
          for (const one of events) {
            if (one.is === "call") {
              call(one.lost);
            } else if (one.is === "app") {
              well = one.well;
              state = want(state, well ? "present" : "absent", now);
            } else {
              registry = "absent";
            }
          }
          if (end !== null) {
            state = want(state, end, now);
          }
          // From here on the mesh answers. A heartbeat, should it be due, tells that it was forgotten.
          for (let more = 0; more < 4; more++) {
            call("no");
          }
          const wanted = end ?? (well === null ? null : well ? "present" : "absent");
          if (wanted === "present") {
            expect(registry).toBe("present");
          } else if (wanted === "draining") {
            expect(registry).not.toBe("present");
          } else if (wanted !== null) {
            expect(registry).toBe("absent");
          } else {
            expect(dueCall(state)).toBeNull();
          }
        },
      ),
      { numRuns: sized(500, 20_000) },
    );
  });
});
