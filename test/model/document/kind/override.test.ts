import { describe, expect, it } from "vitest";
import { ours, told } from "../../../support/documents/expect-refusal.ts";

describe("an Override", () => {
  it("needs a change, a reason and an end", () => {
    expect(
      told(
        ours(
          "Override",
          `  target: {kind: Service, name: x}
  patch: {}
  reason: ' '
  expiresAt: tomorrow
`,
        ),
      ),
    ).toEqual([
      "SLV1104 /spec/patch 6:3 | The patch changes nothing | Write the fields to change, as they stand below the target's spec.",
      "SLV1104 /spec/reason 7:11 | The reason is empty | Say why: it is kept in the audit log.",
      'SLV1104 /spec/expiresAt 8:14 | "tomorrow" is not a time | Write RFC 3339 in UTC, such as 2026-11-23T12:00:00Z.',
    ]);
  });

  it("wants its end in UTC", () => {
    expect(
      told(
        ours(
          "Override",
          `  target: {kind: Service, name: x}
  patch: {a: 1}
  reason: x
  expiresAt: 2026-11-24T06:00:00+01:00
`,
        ),
      ),
    ).toEqual([
      'SLV1104 /spec/expiresAt 8:14 | "2026-11-24T06:00:00+01:00" is not a time | Write RFC 3339 in UTC, such as 2026-11-23T12:00:00Z.',
    ]);
  });
});
