// A mesh whose registry holds credentials: the application shop/web and the workload shop/job have the same live
// secret.
import type { Identities } from "../../../src/model/snapshot/access.ts";
import type { MeshKeys } from "../../../src/model/message/mesh-keys.ts";
import type { Snapshot } from "../../../src/model/snapshot/snapshot.ts";
import { encodeBase64url } from "../../../src/tokens/base64url.ts";
import { signerOf } from "../tokens/jws.ts";
import { GUARDED_URL, policyYaml } from "./guarded-mesh.ts";
import { NOW, problemOf, serviceYaml, testMesh, TOLD_MORE, type TestMesh, type TestMeshOptions } from "./test-mesh.ts";

export const SECRET = "s3cret-of-the-web-application-0123456789";

const algorithm = { name: "HMAC", hash: "SHA-256" };
const pepper = await crypto.subtle.importKey("raw", new Uint8Array(32), algorithm, false, ["sign"]);
const { privateKey } = await signerOf("ES256");

export const keys: MeshKeys = { signing: { kid: "m", key: privateKey }, accepted: new Map(), pepper };

async function digestOf(secret: string): Promise<string> {
  return encodeBase64url(new Uint8Array(await crypto.subtle.sign("HMAC", pepper, new TextEncoder().encode(secret))));
}

const live = { digest: await digestOf(SECRET), expiresAtMs: null };
const old = { digest: await digestOf("old-secret"), expiresAtMs: NOW };

const identities: Identities = {
  clients: {
    web: { kind: "Application", namespace: "shop", name: "web", secrets: [old, live] },
    job: { kind: "Service", namespace: "shop", name: "job", secrets: [live] },
  },
  contracts: {},
  tiered: {},
  trust: [],
};

/** With the mesh's keys, and clients that have credentials. */
export function meshOf(yaml: string, more: Partial<Identities> = {}, options: TestMeshOptions = {}): TestMesh {
  const base = testMesh(yaml);
  const snapshot: Snapshot = { ...base.snapshot, identities: { ...identities, ...more } };
  const endpoints = new Map(Object.entries(snapshot.services).map(([key, { endpoints }]) => [key, endpoints]));
  const current = () => Promise.resolve({ snapshot, endpoints, checkedAt: NOW, stale: false });
  return testMesh(yaml, { ...options, ports: { current, keys: () => keys, ...options.ports } });
}
export const meshBehind = (spec: string, more: Partial<Identities> = {}, options: TestMeshOptions = {}): TestMesh =>
  meshOf(serviceYaml("orders", undefined, TOLD_MORE) + policyYaml(spec), more, options);

export const basic = (id: string, secret: string): Record<string, string> => ({
  authorization: `Basic ${btoa(`${id}:${secret}`)}`,
});
export const CLIENT = "clientCredentials: {from: [basic, {headers: {}}]}";

export async function told(mesh: TestMesh, headers: HeadersInit = {}, more: RequestInit = {}): Promise<string> {
  const answer = await mesh.send(GUARDED_URL, { headers, ...more });
  if (answer.status === 200) {
    return "200";
  }
  return `${answer.status} ${String((await problemOf(answer))["code"])} ${answer.headers.get("www-authenticate")}`;
}
export const lastSent = (mesh: TestMesh): Headers => mesh.sent.at(-1)?.headers ?? new Headers();
