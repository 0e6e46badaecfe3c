// What IPAccessPolicies cost whoever writes something else.
import { expect, it } from "vitest";
import { compiled } from "../../support/compiled.ts";

const policy = (name: string, allow: readonly string[]): string => `
apiVersion: selvage.dev/v1
kind: IPAccessPolicy
metadata: {name: ${name}}
spec: {targetRefs: [{kind: Service, name: orders}], allow: [${allow.join(", ")}]}
---`;
const SERVICE = `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders}
spec: {}
---`;

it("is compared with eight others at most, however many hold together", () => {
  const apart = Array.from({ length: 40 }, (_, at) => policy(`p${String(at).padStart(2, "0")}`, [`10.${at}.0.0/16`]));
  const { findings } = compiled(SERVICE + apart.join(""));
  const contradictions = Map.groupBy(
    findings.filter(({ code }) => code === "SLV1352"),
    ({ ref }) => ref,
  );
  expect(contradictions.size).toBe(39);
  expect(Math.max(...[...contradictions.values()].map((list) => list.length))).toBe(8);
});

it("tells a block that another one holds, whatever stands between them in the list", () => {
  const { findings } = compiled(SERVICE + policy("p", ["10.1.0.0/16", "192.0.2.1", "10.0.0.0/8", "10.1.2.3"]));
  expect(findings.filter(({ code }) => code === "SLV1351").map(({ pointer, message }) => [pointer, message])).toEqual([
    ["/spec/allow/0", "allow has 10.0.0.0/8, which holds all of 10.1.0.0/16"],
    ["/spec/allow/3", "allow has 10.0.0.0/8, which holds all of 10.1.2.3"],
  ]);
});
