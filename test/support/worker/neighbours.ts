// A mesh of several namespaces, with workloads and applications that prove who they are.
import type { MeshKeys } from "../../../src/model/message/mesh-keys.ts";
import { mint } from "../../../src/tokens/mint.ts";
import { NOW, serviceYaml, testMesh, TOLD_MORE, type TestMesh, type TestMeshOptions } from "./test-mesh.ts";

export const ISSUER = "spiffe://mesh.local";
const NOW_S = NOW / 1000;
/** Client ids by who they are of. */
const clients: Readonly<Record<string, readonly [kind: "Service" | "Application", namespace: string, name: string]>> = {
  web: ["Service", "shop", "web"],
  partner: ["Service", "partner", "web"],
  kiosk: ["Application", "partner", "kiosk"],
  stranger: ["Service", "other", "web"],
};

export const serviceIn = (namespace: string, name: string, exposure = "public"): string =>
  serviceYaml(name, undefined, TOLD_MORE)
    .replace("namespace: shop", `namespace: ${namespace}`)
    .replace("exposure: public", `exposure: ${exposure}`);

/** A workload's proof holds while its service is there. */
const callers = ["shop", "partner", "other"].map((namespace) => serviceIn(namespace, "web"));

export function neighbours(yaml: string, keys: MeshKeys, options: TestMeshOptions = {}): TestMesh {
  const mesh = testMesh(yaml + callers.join(""), { ...options, ports: { keys: () => keys } });
  const secrets = [{ digest: "d", expiresAtMs: null }];
  const entries = Object.entries(clients).map(([id, [kind, namespace, name]]) => [
    id,
    { kind, namespace, name, secrets },
  ]);
  const identities = { clients: Object.fromEntries(entries), contracts: {}, tiered: {}, trust: [] };
  Object.defineProperty(mesh.snapshot, "identities", { value: identities });
  return mesh;
}

export async function tokenOf(client: string, keys: MeshKeys): Promise<string> {
  const [kind, namespace, name] = clients[client]!;
  const sub = `${ISSUER}/ns/${namespace}/${kind === "Service" ? "sa" : "app"}/${name}`;
  const times = { iat: NOW_S, nbf: NOW_S, exp: NOW_S + 600 };
  return mint(keys.signing, "at+jwt", { iss: ISSUER, aud: ISSUER, sub, client_id: client, ...times, jti: "j" });
}
