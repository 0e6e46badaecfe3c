// Rules of Istio that are there to keep requests away: what is imported refuses no fewer.
import { describe, expect, it } from "vitest";
import { ruleOf, told } from "../../support/istio/import.ts";

describe("a rule that refuses a prefix", () => {
  it("refuses what only begins with its last segment, too, as Istio does", () => {
    const match = [{ uri: { prefix: "/admin" }, method: { exact: "GET" } }];
    const { rules, notes } = ruleOf({ match, directResponse: { status: 403 } });
    expect(rules).toMatchObject([
      {
        matches: [
          { path: { type: "PathPrefix", value: "/admin" }, method: "GET" },
          { path: { type: "RegularExpression", value: "/admin[^/].*" }, method: "GET" },
        ],
        filters: [{ type: "DirectResponse", directResponse: { statusCode: 403 } }],
      },
    ]);
    expect(told(notes)).toEqual([
      "changed /spec/http/0/match/0/uri/prefix: A prefix is whole segments here: a pattern beside it refuses /adminx as well",
    ]);
  });
});
