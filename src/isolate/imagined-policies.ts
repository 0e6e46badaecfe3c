// What callers of a service of the imagined mesh (imagined-mesh.ts) have to show, may do and may spend, and how it is
// called: policies of the kinds that most meshes have.
import type { KeyJwk } from "../model/message/key-ring.ts";
import type { PolicyTables } from "../model/snapshot/policies.ts";

export const IMAGINED_ISSUER = { issuer: "https://id.example", audience: "accounts", kid: "imagined" };

/** @param key that signs the callers' tokens */
export function imaginedPolicies({ kty, crv, x, y }: KeyJwk): PolicyTables {
  const { issuer, audience, kid } = IMAGINED_ISSUER;
  const policy = "imagined/callers";
  return {
    authentication: [
      {
        policy,
        mode: "require",
        jwt: [
          {
            name: "everybody",
            issuer,
            audiences: [audience],
            keys: { jwks: { keys: [{ kty, kid, alg: "ES256", use: "sig", crv, x, y }] } },
            algorithms: ["ES256"],
            from: [{ header: "authorization", prefix: "Bearer " }],
            claimToHeaders: [],
            clockSkewMs: 60_000,
            requiredClaims: ["exp"],
          },
        ],
        clientCredentials: null,
        mesh: null,
        mtls: null,
      },
    ],
    authorization: [
      {
        policy,
        action: "ALLOW",
        rules: [
          {
            from: [{ principals: [`${issuer}/*`], namespaces: [], applications: [], ipBlocks: [] }],
            to: [{ methods: ["GET"], paths: ["/accounts/*"], hosts: [] }],
            when: [],
          },
        ],
      },
    ],
    limit: [
      {
        policy,
        name: "each",
        terms: { algorithm: "gcra", requests: 100, windowMs: 1000, burst: 50 },
        mode: "leased",
        key: [{ from: "client" }],
        whenUnavailable: "local-estimate",
        shadow: false,
        queue: null,
        headers: "ietf",
      },
    ],
    traffic: [imaginedCalls()],
  };
}

function imaginedCalls(): NonNullable<PolicyTables["traffic"]>[number] {
  const policy = "imagined/accounts";
  const budget = { percent: 20, minPerSecond: 10 };
  return {
    policy,
    timeouts: { requestMs: 15_000, perTryMs: 0 },
    calls: {
      retry: {
        attempts: 1,
        on: ["connect-failure", "gateway-error"],
        methods: ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"],
        baseMs: 25,
        maxMs: 250,
        budget,
      },
      balance: null,
      failover: null,
    },
    circuit: {
      policy,
      breaker: {
        windowMs: 10_000,
        minRequests: 20,
        failurePercent: 50,
        slowCallPercent: 80,
        openForMs: 5000,
        maxOpenForMs: 60_000,
        halfOpenRequests: 5,
      },
      slowCallMs: 5000,
      outlier: {
        consecutiveFailures: 5,
        intervalMs: 10_000,
        baseEjectionMs: 30_000,
        maxEjectionMs: 300_000,
        maxEjectionPercent: 50,
      },
      retryBudget: budget,
    },
  };
}
