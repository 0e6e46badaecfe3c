import { describe, expect, it } from "vitest";
import { classOf, isShed } from "../../../src/decide/concurrency/shed.ts";
import type { PriorityTerms, RequestClass } from "../../../src/model/snapshot/concurrency-terms.ts";

const terms: PriorityTerms = { header: "x-priority", default: "normal", normalAt: 95, bestEffortAt: 80 };
const ids = Array.from({ length: 2000 }, (_, index) => `request-${index}`);
const shedPercent = (of: RequestClass, load: number, more: Partial<PriorityTerms> = {}): number =>
  ids.filter((id) => isShed({ ...terms, ...more }, of, load, id)).length / 20;

describe("the class of a request", () => {
  it("is what its header says, else the policy's default", () => {
    expect(["critical", " Best-Effort ", "NORMAL", "urgent", "", null].map((said) => classOf(terms, said))).toEqual([
      "critical",
      "best-effort",
      "normal",
      "normal",
      "normal",
      "normal",
    ]);
    expect(classOf({ ...terms, default: "best-effort" }, null)).toBe("best-effort");
    expect(classOf(null, "critical")).toBe("normal");
  });
});

describe("shedding", () => {
  it("refuses more of a class the nearer the cap, and never what is critical", () => {
    expect([79, 80, 85, 90, 100].map((load) => Math.round(shedPercent("best-effort", load) / 5) * 5)).toEqual([
      0, 0, 50, 100, 100,
    ]);
    expect([94, 95, 100].map((load) => shedPercent("normal", load))).toEqual([0, 0, 100]);
    expect(shedPercent("critical", 1000)).toBe(0);
    expect([99, 100].map((load) => shedPercent("normal", load, { normalAt: 100 }))).toEqual([0, 100]);
  });

  it("refuses the same request again at the same load, and still at a higher one", () => {
    const once = ids.filter((id) => isShed(terms, "best-effort", 84, id));
    expect(once).toEqual(ids.filter((id) => isShed(terms, "best-effort", 84, id)));
    expect(once.every((id) => isShed(terms, "best-effort", 87, id))).toBe(true);
  });
});
