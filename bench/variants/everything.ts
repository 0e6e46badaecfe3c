// Variant `everything`: identity by token and by client secret, authorization, a limit, breakers with retries, and
// health checks, on every request at once.
import { authorizationPolicies } from "./authorization.ts";
import { guardPolicy } from "./breaker.ts";
import { application } from "./client-id.ts";
import { bearer, provider } from "./jwt.ts";
import { limitPolicy } from "./limit.ts";
import { meshDocuments, meshRequests } from "../mesh.ts";
import { mintCredentials, productVariant } from "../product.ts";

const size = { services: 10, routes: 100 };
const healthCheck = { path: "/healthz", interval: "10s" };

const identityPolicy: object = {
  apiVersion: "selvage.dev/v1",
  kind: "AuthenticationPolicy",
  metadata: { name: "everybody", namespace: "bench" },
  spec: {
    targetRefs: [{ kind: "Mesh", name: "mesh" }],
    jwt: { providers: [await provider()] },
    clientCredentials: { required: true, from: [{ headers: {} }] },
  },
};

export const everything = productVariant("everything", (upstreamPort) => ({
  documents: [
    ...meshDocuments(size, upstreamPort, { healthCheck }),
    application,
    identityPolicy,
    ...authorizationPolicies,
    limitPolicy,
    guardPolicy,
  ],
  requests: async (port) => {
    const { id, secret } = await mintCredentials(port, "bench", "mobile");
    return meshRequests(size, 20, { ...(await bearer()), client_id: id, client_secret: secret });
  },
}));
