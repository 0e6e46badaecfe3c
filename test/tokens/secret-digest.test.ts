import { expect, it } from "vitest";
import type { Key } from "../../src/model/message/mesh-keys.ts";
import { secretDigest } from "../../src/tokens/secret-digest.ts";

const pepper = (key: string): Promise<Key> =>
  crypto.subtle.importKey("raw", new TextEncoder().encode(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

it("is HMAC-SHA-256 in base64url (RFC 4231, test case 2)", async () => {
  expect(await secretDigest(await pepper("Jefe"), "what do ya want for nothing?")).toBe(
    Buffer.from("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "hex").toString("base64url"),
  );
});

it("differs with the pepper and with the secret", async () => {
  const one = await pepper("one");
  const digests = await Promise.all([
    secretDigest(one, "a"),
    secretDigest(one, "b"),
    secretDigest(await pepper("two"), "a"),
  ]);
  expect(new Set(digests).size).toBe(3);
  expect(await secretDigest(one, "a")).toBe(digests[0]);
});
