// Work in steps: the same result as at once, and no step that is long.
import { expect, it } from "vitest";
import { compile, compiling } from "../../../src/compile/compile.ts";
import { finish, mapped } from "../../../src/compile/documents/steps.ts";
import { documentsOf, NOW } from "../../support/compiled.ts";

it("says after each item how much it did, and gives what map gives", () => {
  const steps = mapped([1, 2, 3], 8, (item, index) => item * 10 + index);
  expect([steps.next(), steps.next(), steps.next(), steps.next()]).toEqual([
    { done: false, value: 8 },
    { done: false, value: 8 },
    { done: false, value: 8 },
    { done: true, value: [10, 21, 32] },
  ]);
  expect(finish(mapped([], 8, String))).toEqual([]);
});

it("compiles a mesh in steps as it does at once, with a rest for each service, route, status and pass", () => {
  const services = Array.from(
    { length: 30 },
    (_, at) => `---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: s${at}, namespace: shop}
spec: {exposure: public, endpoints: [{url: "http://s${at}.example"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r${at}, namespace: shop}
spec: {rules: [{matches: [{path: {type: PathPrefix, value: /r${at}}}], backendRefs: [{name: s${at}, port: 80}]}]}
`,
  ).join("");
  const documents = documentsOf(services);
  const options = { revision: 1, now: NOW, localMesh: true };
  const steps = compiling(documents, options);
  const units: number[] = [];
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) {
    units.push(step.value);
  }
  expect(step.value).toEqual(compile(documents, options));
  // A service, and what is found about a route.
  expect(units.filter((one) => one === 1)).toHaveLength(60);
  expect(units.filter((one) => one === 8)).toHaveLength(30);
  expect(units.filter((one) => one === documents.length).length).toBeGreaterThanOrEqual(14);
});
