// A prefix that is replaced for several methods, which Istio writes in one match.
import { expect, it } from "vitest";
import { ruleOf, toWeb } from "../../support/istio/import.ts";

it("is a rule for each method, since a prefix can only be replaced in a rule with one match", () => {
  const match = [{ uri: { prefix: "/api/" }, method: { regex: "GET|POST" } }];
  const { rules } = ruleOf({ match, rewrite: { uri: "/v2/" }, ...toWeb });
  const path = { type: "PathPrefix", value: "/api/" };
  expect(rules).toMatchObject([{ matches: [{ path, method: "GET" }] }, { matches: [{ path, method: "POST" }] }]);
  expect(rules).toHaveLength(2);
});
