// A Worker secret as a key of the HS algorithms. The mesh's own variables and secrets are nobody's, whatever a policy says.

/** The shortest that any HS algorithm takes (RFC 7518 §3.2). */
const MIN_BYTES = 32;

/** @returns null = there is no such secret, or it is too short to be a key */
export function sharedSecret(env: object, name: string): Uint8Array<ArrayBuffer> | null {
  if (name.startsWith("SELVAGE_") || !Object.hasOwn(env, name)) return null;
  const value: unknown = Reflect.get(env, name);
  if (typeof value !== "string") return null;
  const bytes = new TextEncoder().encode(value);
  return bytes.byteLength < MIN_BYTES ? null : new Uint8Array(bytes);
}
