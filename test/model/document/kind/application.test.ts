import { describe, expect, it } from "vitest";
import { ours, told } from "../../../support/documents/expect-refusal.ts";

describe("a Tier, a Contract, an Application", () => {
  it("needs limits", () => {
    expect(
      told(
        ours(
          "Tier",
          `  service: orders
  limits: []
`,
        ),
      ),
    ).toEqual(["SLV1104 /spec/limits 6:3 | The list has 0 entries | Give at least 1."]);
  });

  it("names an application, a service and a tier", () => {
    expect(
      told(
        ours(
          "Contract",
          `  application: a/b/c
  service: x
`,
        ),
      ),
    ).toEqual([
      'SLV1104 /spec/application 5:16 | "a/b/c" is not a name | Write "<name>" or "<namespace>/<name>", in lower-case letters, digits, hyphens and dots.',
      'SLV1105 /spec/tier 4:1 | The field "tier" is missing in spec | Add tier.',
    ]);
  });

  it("holds no credentials", () => {
    expect(told(ours("Application", "  clientSecret: hunter2"))).toEqual([
      'SLV1101 /spec/clientSecret 5:3 | There is no field "clientSecret" in spec | The fields there are owner, description.',
    ]);
  });
});
