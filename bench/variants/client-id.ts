// Variant `client-id`: `route`, with a client id and secret that every request has to show, by Basic authentication.
import { meshDocuments, meshRequests } from "../mesh.ts";
import { mintCredentials, productVariant } from "../product.ts";

const size = { services: 10, routes: 100 };

export const application: object = {
  apiVersion: "selvage.dev/v1",
  kind: "Application",
  metadata: { name: "mobile", namespace: "bench" },
  spec: { owner: "bench" },
};

/** On everything there is. */
const clientPolicy: object = {
  apiVersion: "selvage.dev/v1",
  kind: "AuthenticationPolicy",
  metadata: { name: "clients", namespace: "bench" },
  spec: {
    targetRefs: [{ kind: "Mesh", name: "mesh" }],
    clientCredentials: { required: true, from: ["basic"] },
  },
};

export const clientId = productVariant("client-id", (upstreamPort) => ({
  documents: [...meshDocuments(size, upstreamPort), application, clientPolicy],
  requests: async (port) => {
    const { id, secret } = await mintCredentials(port, "bench", "mobile");
    return meshRequests(size, 20, {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
    });
  },
}));
