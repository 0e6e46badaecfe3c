import { describe, expect, it } from "vitest";
import { ours, told } from "../../../support/documents/expect-refusal.ts";

describe("a RateLimitPolicy", () => {
  it("must limit something", () => {
    expect(told(ours("RateLimitPolicy", "  targetRefs: []"))).toEqual([
      "SLV1104 /spec/limits 4:1 | The policy limits nothing | Add an entry to limits, or sla: true for the callers' contract tiers.",
    ]);
  });

  it("refuses limits that limit nothing", () => {
    expect(
      told(
        ours(
          "RateLimitPolicy",
          `  targetRefs: []
  limits:
  - {name: a, requests: 0, window: 1s, key: [user]}
  - {name: a, requests: 1, window: 1}
`,
        ),
      ),
    ).toEqual([
      "SLV1104 /spec/limits/0/requests 7:25 | 0 is out of range | Use a number that is at least 1.",
      'SLV1104 /spec/limits/0/key/0 7:46 | "user" is not a part of a key | Write client, ip, method, route, header:<name>, claim:<name> or cookie:<name>.',
      "SLV1104 /spec/limits/1/window 8:36 | 1 is not a duration | Write a number with its unit, such as 250ms, 5s or 1m30s.",
    ]);
  });

  it("refuses two limits of one name", () => {
    expect(
      told(
        ours(
          "RateLimitPolicy",
          `  targetRefs: []
  limits:
  - {name: a, requests: 1, window: 1s}
  - {name: a, requests: 2, window: 1m}
`,
        ),
      ),
    ).toEqual([
      'SLV1104 /spec/limits/1/name 8:12 | The limit "a" is there twice | Remove it, or merge it with entry 0.',
    ]);
  });
});
