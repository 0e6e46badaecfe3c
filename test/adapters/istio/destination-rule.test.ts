import { describe, expect, it } from "vitest";
import { importIstio } from "../../../src/adapters/istio/import-istio.ts";
import { istio, specOf, told } from "../../support/istio/import.ts";

function policyOf(trafficPolicy: object): { spec: unknown; notes: string[] } {
  const { documents, notes } = importIstio([istio("DestinationRule", "web", { host: "web", trafficPolicy })]);
  return { spec: documents.length === 0 ? null : specOf(documents, "TrafficPolicy"), notes: told(notes) };
}
const targetRefs = [{ kind: "Service", name: "web" }];

describe("DestinationRule", () => {
  it("says concurrency, ejection with Istio's defaults, and the policy", () => {
    const { spec, notes } = policyOf({
      connectionPool: { http: { http2MaxRequests: 100, http1MaxPendingRequests: 10, maxRetries: 3 } },
      outlierDetection: { consecutive5xxErrors: 7, interval: "5m", baseEjectionTime: "15m" },
      loadBalancer: { simple: "LEAST_CONN" },
    });
    expect(spec).toEqual({
      targetRefs,
      concurrency: { max: 100, queue: 10 },
      outlierDetection: { consecutiveFailures: 7, interval: "5m", baseEjection: "15m", maxEjectionPercent: 10 },
      loadBalancer: { policy: "least-request" },
    });
    const http = "/spec/trafficPolicy/connectionPool/http";
    expect(notes).toEqual([
      `changed ${http}/http2MaxRequests: Istio counts for each calling proxy; here it is for the service`,
      `dropped ${http}/maxRetries: Retries are bounded by retry.budget, a share of requests`,
    ]);
  });

  it.each([
    [{ httpHeaderName: "X-User" }, "header:x-user"],
    [{ httpCookie: { name: "sid" } }, "cookie:sid"],
    [{ useSourceIp: true }, "ip"],
  ])("hashes %j", (consistentHash, key) => {
    const { spec, notes } = policyOf({ loadBalancer: { consistentHash } });
    expect(spec).toEqual({ targetRefs, loadBalancer: { policy: "ring-hash", key } });
    expect(notes).toEqual([]);
  });

  it.each([
    [{ connectionPool: { tcp: { maxConnections: 1 } } }, "connectionPool/tcp/maxConnections"],
    [{ connectionPool: { http: { http1MaxPendingRequests: 1 } } }, "connectionPool/http/http1MaxPendingRequests"],
    [{ loadBalancer: { simple: "PASSTHROUGH" } }, "loadBalancer/simple"],
    [{ loadBalancer: { warmup: { duration: "1s" } } }, "loadBalancer/warmup"],
    [{ loadBalancer: { consistentHash: { httpQueryParameterName: "q" } } }, "loadBalancer/consistentHash"],
    [{ tls: { mode: "ISTIO_MUTUAL" } }, "tls"],
    [{ portLevelSettings: [{ port: { number: 80 } }] }, "portLevelSettings"],
  ])("drops %j with its reason, and makes no policy of nothing", (trafficPolicy, field) => {
    const { spec, notes } = policyOf(trafficPolicy);
    expect(spec).toBeNull();
    expect(notes).toHaveLength(1);
    expect(notes[0]?.startsWith(`dropped /spec/trafficPolicy/${field}: `)).toBe(true);
  });

  it("counts failures once, and leaves ejection off where Istio turns it off", () => {
    const both = policyOf({ outlierDetection: { consecutive5xxErrors: 3, consecutiveGatewayErrors: 2 } });
    expect(both.spec).toMatchObject({ outlierDetection: { consecutiveFailures: 3 } });
    expect(both.notes[0]).toMatch(/consecutiveGatewayErrors: Failures are counted once/);
    const gateway = policyOf({ outlierDetection: { consecutiveGatewayErrors: 2 } });
    expect(gateway.spec).toMatchObject({ outlierDetection: { consecutiveFailures: 2 } });
    expect(gateway.notes[0]).toMatch(/^changed .*Every failure counts/);
    expect(policyOf({ outlierDetection: { consecutive5xxErrors: 0 } })).toEqual({ spec: null, notes: [] });
  });

  it("attaches the mesh-wide default of the root namespace to the mesh, and no other wildcard", () => {
    const spec = { host: "*.local", trafficPolicy: { loadBalancer: { simple: "RANDOM" } } };
    const whole = importIstio([istio("DestinationRule", "all", spec, "istio-system")]);
    expect(specOf(whole.documents, "TrafficPolicy")).toMatchObject({ targetRefs: [{ kind: "Mesh" }] });
    const other = importIstio([istio("DestinationRule", "all", spec)]);
    expect(other.documents).toEqual([]);
    expect(told(other.notes)).toEqual([
      "dropped /spec/host: *.local is no service of the mesh: the policy is left out",
    ]);
  });

  it("moves to the namespace of the service, and tells policies of subsets", () => {
    const subsets = [{ name: "v1", labels: { version: "v1" }, trafficPolicy: { tls: {} } }];
    const spec = { host: "web.back.svc.cluster.local", subsets, trafficPolicy: { loadBalancer: { simple: "RANDOM" } } };
    const { documents, notes } = importIstio([istio("DestinationRule", "web", spec)]);
    expect(documents[0]?.metadata.namespace).toBe("back");
    expect(notes.map(({ severity, pointer }) => `${severity} ${pointer}`)).toEqual([
      "dropped /spec/subsets/0/trafficPolicy",
      "changed /spec/host",
    ]);
  });
});
