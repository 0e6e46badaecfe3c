import { describe, expect, it } from "vitest";
import { drawFault } from "../../../src/decide/retry/fault.ts";
import type { Fault } from "../../../src/model/snapshot/fault.ts";
import { compiled } from "../../support/compiled.ts";

const { router } = compiled("").snapshot;
const both: Fault = {
  policy: "shop/chaos",
  delay: { ms: 1000, percentage: 50 },
  abort: { status: 500, percentage: 50 },
  headers: [],
};
const drawn = (fault: Fault, draws: number[], header: string | null = null): ReturnType<typeof drawFault> =>
  drawFault(
    fault,
    router,
    () => header,
    () => draws.shift() ?? 0,
  );

describe("a fault", () => {
  it("draws its delay and its abort apart", () => {
    expect(drawn(both, [0.4, 0.4])).toEqual({ delayMs: 1000, abort: 500 });
    expect(drawn(both, [0.4, 0.6])).toEqual({ delayMs: 1000, abort: null });
    expect(drawn(both, [0.6, 0.4])).toEqual({ delayMs: 0, abort: 500 });
    expect(drawn(both, [0.6, 0.6])).toBeNull();
  });

  it("is certain at 100 % and impossible at 0 %", () => {
    const always = { ...both, delay: null, abort: { status: 503, percentage: 100 } };
    expect(drawn(always, [0.999_999])).toEqual({ delayMs: 0, abort: 503 });
    expect(drawn({ ...always, abort: { status: 503, percentage: 0 } }, [0])).toBeNull();
  });

  it("draws nothing for a request whose headers do not fit", () => {
    const some = { ...both, headers: [{ type: "Exact", name: "x-a", value: "1" }] as const };
    const draws = [0.1, 0.1];
    expect(drawn(some, draws, "2")).toBeNull();
    expect(drawn(some, draws, null)).toBeNull();
    expect(draws).toHaveLength(2);
    expect(drawn(some, draws, "1")).toEqual({ delayMs: 1000, abort: 500 });
  });
});
