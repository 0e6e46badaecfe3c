// DestinationRule → TrafficPolicy of the service. Its subsets are read by routes (`documents.ts`); here only what they
// hold beside their version is told.
import { callerKeySchema } from "../../model/document/field/caller-key.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import type { PlainDocument } from "../source/import-note.ts";
import type { Translation } from "./translation.ts";
import { ROOT_NAMESPACE, serviceOf } from "./documents.ts";
import { refusalOf } from "../source/judge-document.ts";
import { labelName, readMetadata, type SourceDocument } from "../source/source-documents.ts";
import type { Field } from "../source/source-field.ts";

const REASONS = {
  tcp: "The platform opens and keeps the connections to endpoints",
  maxConnections: "The platform opens and keeps the connections to endpoints",
  connectTimeout: "The platform connects; timeouts.perTry ends a try that takes too long",
  tcpKeepalive: "The platform opens and keeps the connections to endpoints",
  maxConnectionDuration: "The platform opens and keeps the connections to endpoints",
  idleTimeout: "The platform opens and keeps the connections to endpoints",
  maxRequestsPerConnection: "The platform opens and keeps the connections to endpoints",
  maxConcurrentStreams: "The platform opens and keeps the connections to endpoints",
  h2UpgradePolicy: "The platform chooses the protocol to endpoints",
  useClientProtocol: "The platform chooses the protocol to endpoints",
  maxRetries: "Retries are bounded by retry.budget, a share of requests",
  http1MaxPendingRequests: "A queue needs a bound of what is under way: http2MaxRequests is not given",
  tls: "TLS to an endpoint follows from its URL (https), verified by the platform",
  portLevelSettings: "Endpoints are URLs: a service has no ports of its own",
  proxyProtocol: "The platform does not speak the PROXY protocol",
  tunnel: "The platform does not tunnel",
  warmup: "A new endpoint gets its share at once; peak-ewma gives slow ones less",
  warmupDurationSecs: "A new endpoint gets its share at once; peak-ewma gives slow ones less",
  localityLbSetting: "Locality comes from Clusters; failover.order says where to look first",
  minHealthPercent: "failover.panicThreshold is the share below which health is ignored",
  splitExternalLocalOriginErrors: "Lost connections and failing answers are counted together",
  consecutiveLocalOriginFailures: "Lost connections and failing answers are counted together",
  httpQueryParameterName: "A ring hashes a header, a cookie, a claim or the address",
  minimumRingSize: "The size of the ring is the mesh's own choice",
  ringHash: "The size of the ring is the mesh's own choice",
  tableSize: "The size of the ring is the mesh's own choice",
  ttl: "The mesh does not set the cookie; sessionPersistence of a route rule does",
  path: "The mesh does not set the cookie; sessionPersistence of a route rule does",
  attributes: "The mesh does not set the cookie; sessionPersistence of a route rule does",
  trafficPolicy: "A TrafficPolicy holds for a service, not for one of its versions",
  workloadSelector: "A TrafficPolicy holds for every caller",
  exportTo: "A TrafficPolicy holds for every caller",
  retryBudget: "retry.budget is a share and a rate, not a share and a number of retries under way",
} as const;

export function translateDestinationRule(source: SourceDocument, { world, names }: Translation): PlainDocument[] {
  const { root, namespace } = source;
  const spec = root.at("spec");
  const metadata = readMetadata(source);
  const host = spec.at("host").text();
  for (const subset of spec.at("subsets").items()) {
    tellSubset(subset);
  }
  const exported = spec.at("exportTo").items();
  if (exported.length === 1 && exported[0]?.value === "*") {
    exported[0].take();
  }
  const policy = spec.at("trafficPolicy");
  const parts = policy.present ? translatePolicy(policy) : {};
  spec.tellRest(REASONS);
  root.tellRest({});
  if (Object.keys(parts).length === 0) {
    return [];
  }
  const service = host === null ? null : serviceOf(host, namespace, world);
  const whole = host === "*.local" && namespace === ROOT_NAMESPACE;
  if (service === null && !whole) {
    spec.at("host").drop(`${host ?? "It"} is no service of the mesh: the policy is left out`);
    return [];
  }
  const home = service?.namespace ?? namespace;
  if (home !== namespace) {
    spec
      .at("host")
      .change(`The policy moves to ${home}: it holds for every caller, not only for those of ${namespace}`);
  }
  const name = names.take("TrafficPolicy", home, source.name);
  if (labelName(source.name) !== source.name) {
    root.at("metadata").at("name").change(`A name is a DNS label here: it becomes ${name}`);
  }
  const target = service === null ? { kind: "Mesh" } : { kind: "Service", name: service.name };
  return [
    {
      apiVersion: "selvage.dev/v1",
      kind: "TrafficPolicy",
      metadata: { name, namespace: home, ...metadata },
      spec: { targetRefs: [target], ...parts },
    },
  ];
}

function tellSubset(subset: Field): void {
  subset.at("name").take();
  const labels = subset.at("labels");
  labels.at("version").take();
  for (const [label, field] of labels.members()) {
    if (label !== "version") {
      field.drop("Endpoints of a service are told apart by their version only");
    }
  }
}

function translatePolicy(policy: Field): object {
  const http = policy.at("connectionPool").at("http");
  policy.at("connectionPool").at("tcp").members();
  const max = count(http.at("http2MaxRequests"));
  // A queue alone would come with a bound that Istio does not have.
  const queue = max === null ? null : count(http.at("http1MaxPendingRequests"));
  if (max !== null) {
    http.at("http2MaxRequests").change("Istio counts for each calling proxy; here it is for the service");
  }
  const concurrency = max === null ? {} : { concurrency: { max, ...(queue === null ? {} : { queue }) } };
  return {
    ...concurrency,
    ...outlierDetection(policy.at("outlierDetection")),
    ...loadBalancer(policy.at("loadBalancer")),
  };
}

/** A whole number above 0; 0 is Istio's word for its default. */
function count(field: Field): number | null {
  const value = field.number();
  if (value === null || value === 0) {
    return null;
  }
  if (Number.isInteger(value) && value > 0) {
    return value;
  }
  field.drop("It is not a whole number above 0");
  return null;
}

function outlierDetection(field: Field): object {
  if (!field.present) {
    return {};
  }
  const all = field.at("consecutive5xxErrors");
  const gateway = [field.at("consecutiveGatewayErrors"), field.at("consecutiveErrors")].find(({ present }) => present);
  const percent = field.at("maxEjectionPercent").number() ?? 10;
  const times = { interval: "interval", baseEjectionTime: "baseEjection" } as const;
  const durations = Object.fromEntries(
    Object.entries(times).flatMap(([theirs, ours]) => {
      const text = field.at(theirs).text();
      if (text === null) {
        return [];
      }
      if ((parseDuration(text) ?? 0) > 0) {
        return [[ours, text]];
      }
      field.at(theirs).drop("It is not a duration longer than zero");
      return [];
    }),
  );
  const failures = all.present ? count(all) : gateway === undefined ? 5 : count(gateway);
  if (all.present && gateway !== undefined) {
    gateway.drop("Failures are counted once: consecutive5xxErrors is");
  } else if (gateway !== undefined && failures !== null) {
    gateway.change("Every failure counts, not only 502, 503 and 504");
  }
  // Zero turns it off there.
  if (failures === null) {
    return {};
  }
  const maxEjectionPercent = Math.min(100, Math.max(0, percent));
  return { outlierDetection: { consecutiveFailures: failures, ...durations, maxEjectionPercent } };
}

const POLICIES: Readonly<Record<string, string>> = {
  LEAST_REQUEST: "least-request",
  LEAST_CONN: "least-request",
  ROUND_ROBIN: "round-robin",
  RANDOM: "random",
};

function loadBalancer(field: Field): object {
  const simple = field.at("simple");
  const named =
    typeof simple.value === "string" && Object.hasOwn(POLICIES, simple.value) ? POLICIES[simple.value] : null;
  if (named !== null && named !== undefined) {
    simple.take();
    return { loadBalancer: { policy: named } };
  }
  if (simple.value === "UNSPECIFIED") {
    simple.take();
  } else if (simple.present) {
    simple.drop("The mesh chooses among the endpoints of a service; there is no such policy");
  }
  const hash = field.at("consistentHash");
  if (!hash.present) {
    return {};
  }
  const header = hash.at("httpHeaderName").text();
  const cookie = hash.at("httpCookie").at("name").text();
  const address = hash.at("useSourceIp").flag();
  if (hash.at("maglev").present) {
    hash.at("maglev").change("Maglev becomes a ring: callers keep their endpoint, by another table");
  }
  const key =
    header !== null
      ? `header:${header.toLowerCase()}`
      : cookie !== null
        ? `cookie:${cookie}`
        : address === true
          ? "ip"
          : null;
  if (key !== null && refusalOf(callerKeySchema, key) === null) {
    return { loadBalancer: { policy: "ring-hash", key } };
  }
  hash.drop("What it hashes cannot be said here: a header, a cookie or the address");
  return {};
}
