// Variant `authorization`: `jwt`, with policies that allow by path, by method and principal, and deny another path. The
// caller has to be somebody for that, so the difference to `jwt` is what these policies cost.
import { bearer, jwtPolicy } from "./jwt.ts";
import { meshDocuments, meshRequests } from "../mesh.ts";
import { productVariant } from "../product.ts";

const size = { services: 10, routes: 100 };
const targetRefs = [{ kind: "Mesh", name: "mesh" }];

const policy = (name: string, spec: object): object => ({
  apiVersion: "selvage.dev/v1",
  kind: "AuthorizationPolicy",
  metadata: { name, namespace: "bench" },
  spec: { targetRefs, ...spec },
});

/** On everything there is. */
export const authorizationPolicies: readonly object[] = [
  policy("keep-out", { action: "DENY", rules: [{ to: [{ paths: ["/internal/*"] }] }] }),
  policy("readers", {
    action: "ALLOW",
    rules: [
      { to: [{ methods: ["POST"] }], from: [{ applications: ["bench/writer"] }] },
      { from: [{ principals: ["https://id.bench.test/mia"] }], to: [{ methods: ["GET"], paths: ["/api/*"] }] },
    ],
  }),
];

export const authorization = productVariant("authorization", async (upstreamPort) => ({
  documents: [...meshDocuments(size, upstreamPort), jwtPolicy, ...authorizationPolicies],
  requests: meshRequests(size, 20, await bearer()),
}));
