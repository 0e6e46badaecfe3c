import { expect, it } from "vitest";
import { parseDocuments } from "../../../src/model/read/parse-documents.ts";

it("warns of header names that differ only by case, which the specification ignores", () => {
  const text = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: web}
spec:
  rules:
    - matches: [{headers: [{name: x-a, value: "1"}, {name: X-A, value: "2"}]}]
      filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: b, value: c}, {name: B, value: d}]}}]
`;
  const parsed = parseDocuments(text, "yaml");
  const common = { severity: "warning", code: "SLV1111", ref: "HTTPRoute/web/r", hint: "Remove one of the two." };
  expect(parsed.ok && parsed.warnings).toEqual([
    {
      ...common,
      pointer: "/spec/rules/0/matches/0/headers/1/name",
      message: "The header X-A is ignored: an earlier entry has the same name in other case.",
    },
    {
      ...common,
      pointer: "/spec/rules/0/filters/0/requestHeaderModifier/set/1/name",
      message: "The header B is ignored: an earlier entry has the same name in other case.",
    },
  ]);
});
