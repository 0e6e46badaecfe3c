// Keys of a mesh as an isolate holds them, made for a test.
import type { MeshKeys } from "../../../src/model/message/mesh-keys.ts";

export async function meshKeys(...kids: readonly string[]): Promise<MeshKeys> {
  const pairs = await Promise.all(
    kids.map(async (kid) => {
      const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
      if (!("privateKey" in pair)) {
        throw new Error("no pair");
      }
      return { kid, pair };
    }),
  );
  const [first] = pairs;
  if (first === undefined) {
    throw new Error("a mesh has a key");
  }
  const pepper = new Uint8Array(32).fill(7);
  return {
    signing: { kid: first.kid, key: first.pair.privateKey },
    accepted: new Map(pairs.map(({ kid, pair }) => [kid, pair.publicKey])),
    pepper: await crypto.subtle.importKey("raw", pepper, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]),
  };
}
