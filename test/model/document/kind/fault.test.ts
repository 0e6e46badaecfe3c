import { describe, expect, it } from "vitest";
import { ours, told } from "../../../support/documents/expect-refusal.ts";

describe("a FaultPolicy", () => {
  it("must do something", () => {
    expect(told(ours("FaultPolicy", "  match: {}"))).toEqual([
      "SLV1104 /spec 4:1 | The policy does nothing | Add delay, abort or both.",
    ]);
  });

  it("refuses faults that cannot happen", () => {
    expect(
      told(
        ours(
          "FaultPolicy",
          `  abort: {status: 99}
  delay: {duration: 0s, percentage: 101}
`,
        ),
      ),
    ).toEqual([
      "SLV1104 /spec/delay/duration 6:21 | The duration must be longer than zero | Write a number with its unit, such as 250ms, 5s or 1m30s.",
      "SLV1104 /spec/delay/percentage 6:37 | 101 is out of range | Use a number that is at most 100.",
      "SLV1104 /spec/abort/status 5:19 | 99 is out of range | Use a number that is at least 200.",
    ]);
  });
});
