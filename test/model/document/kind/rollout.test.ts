import { describe, expect, it } from "vitest";
import { ours, told } from "../../../support/documents/expect-refusal.ts";

describe("a Rollout", () => {
  it("must go up, to another version", () => {
    expect(
      told(
        ours(
          "Rollout",
          `  service: orders
  stable: v1
  canary: v1
  steps: [{weight: 10}, {weight: 5}, {weight: 5}]
`,
        ),
      ),
    ).toEqual([
      "SLV1104 /spec/canary 7:11 | The canary is the stable version | Name the new version under canary.",
      "SLV1104 /spec/steps/1/weight 8:34 | Step 1 has the weight 5, which is not more than the 10 before it | Let each step raise the weight; a rollback needs no step.",
      "SLV1104 /spec/steps/2/weight 8:47 | Step 2 has the weight 5, which is not more than the 5 before it | Let each step raise the weight; a rollback needs no step.",
    ]);
  });

  it("needs steps", () => {
    expect(
      told(
        ours(
          "Rollout",
          `  service: orders
  stable: v1
  canary: v2
  steps: []
  sticky: {by: [session]}
`,
        ),
      ),
    ).toEqual([
      "SLV1104 /spec/steps 8:3 | The list has 0 entries | Give at least 1.",
      'SLV1104 /spec/sticky/by/0 9:17 | "session" is not a part of a key | Write client, ip, method, route, header:<name>, claim:<name> or cookie:<name>.',
    ]);
  });
});
