// A Worker secret as a key of the HS algorithms. The mesh's own variables and secrets are nobody's, whatever a policy
// says.

/** The shortest that any HS algorithm takes (RFC 7518 §3.2). */
const MIN_BYTES = 32;

/** Some of them are known to everybody (a domain, an issuer), others to whoever runs a proxy. */
const OWN =
  /^(?:SELVAGE_|OPERATOR_|(?:ACCESS_(?:AUD|TEAM_DOMAIN)|ADAPTER_TOKEN|ADMIN_HOST|EDGE|LOCAL_CLIENT_ADDRESS|LOCAL_MESH|MESH_DOMAIN|MESH_ISSUER|MESH_URL|METRICS_PUBLIC|REGION|TRUST_DOMAIN|TRUST_ENTRY)$)/;

/** @returns null = there is no such secret, or it is too short to be a key */
export function sharedSecret(env: object, name: string): Uint8Array<ArrayBuffer> | null {
  if (OWN.test(name) || !Object.hasOwn(env, name)) {
    return null;
  }
  const value: unknown = Reflect.get(env, name);
  if (typeof value !== "string") {
    return null;
  }
  const bytes = new TextEncoder().encode(value);
  return bytes.byteLength < MIN_BYTES ? null : new Uint8Array(bytes);
}
