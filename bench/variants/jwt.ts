// Variant `jwt`: `route`, with a bearer token of an issuer whose keys are written into the policy. Always the same
// token, so what is measured is recognising one that was checked before, and signing what the service is told of its
// caller.
import { meshDocuments, meshRequests } from "../mesh.ts";
import { productVariant } from "../product.ts";

const size = { services: 10, routes: 100 };
const issuer = "https://id.bench.test";
const audience = "bench";
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const kid = "bench-1";

const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

/** On everything there is. */
export const jwtPolicy: object = {
  apiVersion: "selvage.dev/v1",
  kind: "AuthenticationPolicy",
  metadata: { name: "users", namespace: "bench" },
  spec: {
    targetRefs: [{ kind: "Mesh", name: "mesh" }],
    jwt: { providers: [await provider()] },
  },
};

/** What `jwtPolicy` adds where other proofs count as well. */
export async function provider(): Promise<object> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", keys.publicKey);
  const jwks = { keys: [{ kty, crv, x, y, kid, alg: "ES256", use: "sig" }] };
  return { name: "idp", issuer, audiences: [audience], algorithms: ["ES256"], jwks };
}

/** Header of a request whose token is good for a day. */
export async function bearer(): Promise<Readonly<Record<string, string>>> {
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: audience, sub: "mia", scope: "orders:read", iat, exp: iat + 86_400 };
  const signed = [{ alg: "ES256", kid, typ: "JWT" }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const signature = await crypto.subtle.sign(algorithm, keys.privateKey, Buffer.from(signed));
  return { authorization: `Bearer ${signed}.${Buffer.from(signature).toString("base64url")}` };
}

export const jwt = productVariant("jwt", async (upstreamPort) => ({
  documents: [...meshDocuments(size, upstreamPort), jwtPolicy],
  requests: meshRequests(size, 20, await bearer()),
}));
