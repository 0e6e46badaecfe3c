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

it("warns of an annotation of ours that no document of its kind heeds, and of a value that is none", () => {
  const annotated = (kind: string, value: string, apiVersion = "selvage.dev/v1"): string =>
    `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: one, annotations: {selvage.dev/path-encoding: ${value}}}, spec: {}}\n---\n`;
  const heeded =
    annotated("Service", "keep-slashes") +
    annotated("HTTPRoute", "keep-slashes", "gateway.networking.k8s.io/v1") +
    annotated("Service", "keep-slashes", "v1").replace("name: one", "name: core");
  const quiet = parseDocuments(heeded, "yaml");
  expect(quiet.ok && quiet.warnings).toEqual([]);
  const parsed = parseDocuments(annotated("Application", "keep-slashes") + annotated("Service", "keep"), "yaml");
  const common = { severity: "warning", code: "SLV1112", pointer: "/metadata/annotations/selvage.dev~1path-encoding" };
  expect(parsed.ok && parsed.warnings).toEqual([
    {
      ...common,
      ref: "Application/default/one",
      message: "The annotation selvage.dev/path-encoding means nothing on a document of kind Application",
      hint: "Write it on a Gateway, HTTPRoute, Service, or remove it.",
    },
    {
      ...common,
      ref: "Service/default/one",
      message: 'The annotation selvage.dev/path-encoding has the value "keep", which means nothing',
      hint: 'Write "keep-slashes", or remove it.',
    },
  ]);
});
