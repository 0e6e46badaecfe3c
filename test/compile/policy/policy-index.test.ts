// The one answer to "which policy holds here", of every kind, against the sentence of the documentation written out.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { policyKinds } from "../../../src/compile/policy/kinds.ts";
import type { PolicyKind } from "../../../src/compile/policy/kind.ts";
import { compiled, gateway, heldBy, service } from "../../support/compiled.ts";

const LEVELS = {
  mesh: "{kind: Mesh}",
  gateway: "{kind: Gateway, name: edge}",
  service: "{kind: Service, name: orders}",
  route: "{kind: HTTPRoute, name: r}",
  rule: "{kind: HTTPRoute, name: r, sectionName: own}",
} as const;
type Level = keyof typeof LEVELS;
const levels = Object.keys(LEVELS) as Level[];

/** The least that each kind has to say. */
const SAYS: Readonly<Record<string, string>> = {
  TrafficPolicy: "retry: {}",
  RateLimitPolicy: "limits: [{name: l, requests: 1, window: 1s}]",
  FaultPolicy: "abort: {status: 503}",
  AuthenticationPolicy: "mesh: {required: true}",
  AuthorizationPolicy: "rules: [{}]",
  IPAccessPolicy: "deny: [192.0.2.7]",
};
const base = `${service("orders")}${service("other")}${gateway("edge")}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec:
  parentRefs: [{name: edge}]
  rules:
    - {name: own, backendRefs: [{name: orders}]}
    - {name: answers, matches: [{path: {value: /away}}], filters: [{type: RequestRedirect, requestRedirect: {hostname: a.example}}]}
---`;
const policyOf = (kind: string, name: string, targets: readonly Level[]): string => `
apiVersion: selvage.dev/v1
kind: ${kind}
metadata: {name: ${name}, namespace: shop}
spec: {targetRefs: [${targets.map((level) => LEVELS[level]).join(", ")}], ${SAYS[kind]}}
---`;

/**
 * Names of what holds, as the snapshot has it: for the backend, for the service's own address, for the rule that
 * answers.
 */
function held(kind: PolicyKind, yaml: string): Record<"backend" | "service" | "answers", string[]> {
  const { snapshot } = compiled(base + yaml);
  const names = (place: Parameters<typeof heldBy>[1]): string[] => {
    const { traffic, fault, authentication, limits, authorizations, ipAccesses } = heldBy(snapshot, place);
    const rows = { traffic: [traffic], fault: [fault], authentication: [authentication] };
    const of = { ...rows, limit: limits, authorization: authorizations, ipAccess: ipAccesses }[kind.table];
    return of.flatMap((row) => row?.policy.split("/")[1] ?? []);
  };
  const rule = (name: string) => snapshot.router.rules.find((one) => one.name === name);
  return {
    backend: names(rule("own")?.backends[0]),
    service: names(snapshot.services["shop/orders"]),
    answers: names(rule("answers")),
  };
}

describe.each(policyKinds.map((kind) => ({ kind, name: kind.kind })))("$name", ({ kind }) => {
  const expected = (attached: readonly (readonly Level[])[], at: readonly Level[]): string[] => {
    const through = levels.filter((level) => at.includes(level));
    if (kind.mode === "adds-up") {
      return [
        ...new Set(through.flatMap((level) => attached.flatMap((of, age) => (of.includes(level) ? [`p${age}`] : [])))),
      ];
    }
    const level = through.findLast((one) => attached.some((of) => of.includes(one)));
    const age = level === undefined ? -1 : attached.findIndex((of) => of.includes(level));
    return age === -1 ? [] : [`p${age}`];
  };

  it("holds by rule, route, service, gateway and mesh, whatever is attached to what", () => {
    const attached = fc.array(fc.uniqueArray(fc.constantFrom(...levels), { minLength: 1 }), { maxLength: 4 });
    fc.assert(
      fc.property(attached, (targets) => {
        const found = held(kind, targets.map((of, age) => policyOf(kind.kind, `p${age}`, of)).join(""));
        const calls = kind.attaches === "calls";
        expect(found).toEqual({
          backend: expected(targets, levels),
          service: expected(targets, ["mesh", "service"]),
          // A rule that answers by itself calls nobody.
          answers: calls ? [] : expected(targets, ["mesh", "gateway", "route"]),
        });
      }),
      { numRuns: 40 },
    );
  });

  it("attaches within its own namespace", () => {
    const elsewhere = policyOf(kind.kind, "p0", ["gateway", "service", "route", "rule"]);
    expect(held(kind, elsewhere.replace("namespace: shop", "namespace: web"))).toEqual({
      backend: [],
      service: [],
      answers: [],
    });
  });
});
