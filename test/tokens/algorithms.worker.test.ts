// The runtimes differ in what they take and how they refuse it: the same promises as in Node, inside workerd.
import { expect, it } from "vitest";
import { keySetOf } from "../../src/tokens/key-set.ts";
import { readToken } from "../../src/tokens/read-token.ts";
import { verifyToken } from "../../src/tokens/verify-token.ts";
import { signJws, signerOf } from "../support/tokens/jws.ts";

const terms = { issuer: "me", audiences: [], clockSkewMs: 0, requiredClaims: [] };

it.each(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"])(
  "%s tokens hold, and changed ones do not",
  async (alg) => {
    const signer = await signerOf(alg);
    const { keys } = await keySetOf({ keys: [signer.jwk] });
    const text = await signJws(signer, { iss: "me" });
    const at = text.lastIndexOf(".") + 1;
    const changed = text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
    const short = text.slice(0, at) + "AAAA";
    const results = await Promise.all(
      [text, changed, short].map(async (one) => {
        const token = readToken(one);
        if (!token.ok) {
          return token.reason;
        }
        const verified = await verifyToken(token, keys, { ...terms, algorithms: [alg] }, 0);
        return verified.ok ? "good" : verified.reason;
      }),
    );
    expect(results).toEqual(["good", "signature", "signature"]);
  },
);

it("a point off the curve is no key", async () => {
  for (const alg of ["ES256", "ES384", "ES512"]) {
    const { jwk } = await signerOf(alg);
    const { size, refused } = await keySetOf({ keys: [{ ...jwk, x: jwk.y, y: jwk.x }] });
    expect([size, refused]).toEqual([0, [{ kid: `${alg}-1`, reason: "it is not a valid key" }]]);
  }
});
