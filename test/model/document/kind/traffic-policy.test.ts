import { describe, expect, it } from "vitest";
import { ours, told } from "../../../support/documents/expect-refusal.ts";

describe("a TrafficPolicy", () => {
  it("refuses targets that it cannot attach to", () => {
    expect(
      told(
        ours(
          "TrafficPolicy",
          "  targetRefs: [{kind: Service}, {kind: Servise, name: a}, {kind: HTTPRoute, group: apps, name: b}, {kind: Service, name: c, sectionName: d}]",
        ),
      ),
    ).toEqual([
      "SLV1105 /spec/targetRefs/0/name 5:16 | The Service that the policy attaches to has no name | Add name.",
      'SLV1104 /spec/targetRefs/1/kind 5:40 | "Servise" is not one of Mesh, Gateway, Service, HTTPRoute | Did you mean Service?',
      'SLV1104 /spec/targetRefs/2/group 5:84 | There is no HTTPRoute in the group "apps" | Remove group, or write "gateway.networking.k8s.io".',
      "SLV1104 /spec/targetRefs/3/sectionName 5:138 | sectionName names a rule of an HTTPRoute | Remove it: a Service has no rules.",
    ]);
  });

  it("wants to know what it attaches to, and its sections spelt right", () => {
    expect(told(ours("TrafficPolicy", "  timeout: {request: 1s}"))).toEqual([
      'SLV1105 /spec/targetRefs 4:1 | The field "targetRefs" is missing in spec | Add targetRefs.',
      'SLV1101 /spec/timeout 5:3 | There is no field "timeout" in spec | Did you mean timeouts?',
    ]);
  });

  it("refuses a try longer than its request, and Infinity", () => {
    expect(
      told(
        ours(
          "TrafficPolicy",
          `  targetRefs: []
  timeouts: {request: 1s, perTry: 2s}
  circuitBreaker: {failurePercent: .inf, window: 0s}
`,
        ),
      ),
    ).toEqual([
      "SLV1104 /spec/circuitBreaker/failurePercent 7:36 | Infinity is not a number that a document can hold | Write a finite number.",
    ]);
  });

  it("refuses a ring without a key, and a key without a ring", () => {
    expect(
      told(
        ours(
          "TrafficPolicy",
          `  targetRefs: []
  loadBalancer: {policy: ring-hash}
  retry: {on: [timeout], attempts: 9, methods: [get]}
`,
        ),
      ),
    ).toEqual([
      "SLV1104 /spec/retry/attempts 7:36 | 9 is out of range | Use a number that is at most 5.",
      'SLV1104 /spec/retry/on/0 7:16 | "timeout" is not one of connect-failure, gateway-error, reset, 5xx, retriable-4xx | Use one of them.',
      'SLV1104 /spec/retry/methods/0 7:49 | "get" is not one of GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH | Did you mean GET?',
      "SLV1104 /spec/loadBalancer/key 6:3 | ring-hash needs a key to hash | Add key, such as header:x-user or client.",
    ]);
  });

  it("refuses a key that is hashed by nobody", () => {
    expect(
      told(
        ours(
          "TrafficPolicy",
          `  targetRefs: []
  loadBalancer: {key: client}
`,
        ),
      ),
    ).toEqual([
      "SLV1104 /spec/loadBalancer/key 6:23 | peak-ewma hashes nothing, so key has no meaning | Remove key, or use policy: ring-hash.",
    ]);
  });
});
