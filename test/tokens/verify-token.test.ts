import { createHmac, generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { Key } from "../../src/model/message/mesh-keys.ts";
import { encodeBase64url } from "../../src/tokens/base64url.ts";
import { keySetOf, keySetOfKeys, keySetOfSecret, type KeySet } from "../../src/tokens/key-set.ts";
import { readToken } from "../../src/tokens/read-token.ts";
import { verifyToken, type Terms, type Verified } from "../../src/tokens/verify-token.ts";
import { encodePart, signJws, signatureOf, signerOf, type Signer } from "../support/tokens/jws.ts";

const NOW_S = 1_795_392_000;
const NOW = NOW_S * 1000;
const terms: Terms = {
  issuer: "https://id.example.com/",
  audiences: ["orders", "carts"],
  algorithms: ["RS256", "ES256"],
  clockSkewMs: 60_000,
  requiredClaims: ["exp"],
};
const claims = { iss: terms.issuer, aud: "orders", sub: "u1", exp: NOW_S + 300, iat: NOW_S };

let es: Signer;
let rs: Signer;
let keys: KeySet;

beforeAll(async () => {
  es = await signerOf("ES256");
  rs = await signerOf("RS256");
  keys = (await keySetOf({ keys: [es.jwk, rs.jwk] })).keys;
});

async function verify(text: string, other: Partial<Terms> = {}, set = keys, now = NOW): Promise<Verified> {
  const token = readToken(text);
  if (!token.ok) {
    throw new Error(token.reason);
  }
  return verifyToken(token, set, { ...terms, ...other }, now);
}

const reasonOf = async (...given: Parameters<typeof verify>): Promise<string> => {
  const verified = await verify(...given);
  return verified.ok ? "good" : verified.reason;
};

describe("a token holds", () => {
  it("and tells its claims and when it ends", async () => {
    const verified = await verify(await signJws(es, claims));
    expect(verified).toEqual({
      ok: true,
      header: { alg: "ES256", kid: "ES256-1", typ: null },
      claims,
      expiresAtMs: (NOW_S + 300) * 1000 + 60_000,
    });
  });

  it.each(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"])(
    "signed with %s, with and without kid",
    async (alg) => {
      const signer = await signerOf(alg);
      const set = (await keySetOf({ keys: [es.jwk, signer.jwk] })).keys;
      expect(await reasonOf(await signJws(signer, claims), { algorithms: [alg] }, set)).toBe("good");
      expect(await reasonOf(await signJws(signer, claims, { kid: undefined }), { algorithms: [alg] }, set)).toBe(
        "good",
      );
      expect(await reasonOf(await signJws(signer, claims), { algorithms: ["none"] }, set)).toBe("algorithm");
    },
  );

  it("with a list of audiences that has one of ours", async () => {
    expect(await reasonOf(await signJws(es, { ...claims, aud: ["x", "carts"] }))).toBe("good");
  });

  it("without exp where it is not required, for ever", async () => {
    const verified = await verify(await signJws(es, { ...claims, exp: undefined }), { requiredClaims: [] });
    expect(verified).toMatchObject({ ok: true, expiresAtMs: null });
  });

  it.each(["at+jwt", "AT+JWT", "application/at+jwt"])("with the type %s where at+jwt is asked for", async (typ) => {
    expect(await reasonOf(await signJws(es, claims, { typ }), { types: ["at+jwt"] })).toBe("good");
  });
});

describe("time", () => {
  it.each<[string, Record<string, unknown>, number, string]>([
    ["a second before exp and skew", {}, NOW_S + 359, "good"],
    ["a millisecond before exp and skew", {}, NOW_S + 359.999, "good"],
    ["at exp and skew", {}, NOW_S + 360, "expired"],
    ["a second after exp and skew", {}, NOW_S + 361, "expired"],
    ["a second before nbf less skew", { nbf: NOW_S + 60 }, NOW_S - 1, "not-yet-valid"],
    ["at nbf less skew", { nbf: NOW_S + 60, iat: undefined }, NOW_S, "good"],
    ["a second after nbf less skew", { nbf: NOW_S + 60 }, NOW_S + 1, "good"],
    ["a second before iat less skew", { iat: NOW_S + 60 }, NOW_S - 1, "issued-in-the-future"],
    ["at iat less skew", { iat: NOW_S + 60 }, NOW_S, "good"],
    ["a second after iat less skew", { iat: NOW_S + 60 }, NOW_S + 1, "good"],
    ["long after", {}, NOW_S + 86_400, "expired"],
    ["with an exp before the epoch", { exp: -1 }, NOW_S, "expired"],
    ["with a fraction of a second", { exp: NOW_S - 60 + 0.5 }, NOW_S, "good"],
  ])("%s", async (_title, other, atSeconds, expected) => {
    expect(await reasonOf(await signJws(es, { ...claims, ...other }), {}, keys, atSeconds * 1000)).toBe(expected);
  });

  it.each([["exp"], ["nbf"], ["iat"]])("%s as a text, a list, null or no finite number", async (name) => {
    for (const value of ['"2000000000"', "[2000000000]", "null", "1e400", "true", "{}"]) {
      const text = JSON.stringify({ ...claims, [name]: 0 }).replace(`"${name}":0`, `"${name}":${value}`);
      expect([name, value, await reasonOf(await signJws(es, text))]).toEqual([name, value, "claims"]);
    }
  });
});

describe("a token does not hold", () => {
  it.each<[string, Record<string, unknown>, string]>([
    ["without iss", { iss: undefined }, "issuer"],
    ["with another iss", { iss: "https://other.example.com/" }, "issuer"],
    ["with an iss without its slash", { iss: "https://id.example.com" }, "issuer"],
    ["with an iss in other case", { iss: "https://ID.example.com/" }, "issuer"],
    ["with a list of issuers", { iss: [terms.issuer] }, "issuer"],
    ["without aud", { aud: undefined }, "audience"],
    ["with another aud", { aud: "order" }, "audience"],
    ["with an aud that holds ours within", { aud: "my-orders" }, "audience"],
    ["with an empty list of audiences", { aud: [] }, "audience"],
    ["with an aud in a list of lists", { aud: [["orders"]] }, "audience"],
    ["with a number among its audiences", { aud: ["orders", 1] }, "audience"],
    ["without exp", { exp: undefined }, "claim-missing"],
    ["with a sub that is no text", { sub: { a: 1 } }, "claims"],
  ])("%s", async (_title, other, expected) => {
    expect(await reasonOf(await signJws(es, { ...claims, ...other }))).toBe(expected);
  });

  it.each(["none", "None", "nOnE", "NONE", "", "es256", "HS256", "RS384", "A128KW"])("with alg %j", async (alg) => {
    const text = `${encodePart({ alg, kid: es.kid })}.${encodePart(claims)}.`;
    expect(await reasonOf(text)).toBe("algorithm");
  });

  it("with no signature", async () => {
    const text = await signJws(es, claims);
    expect(await reasonOf(text.slice(0, text.lastIndexOf(".") + 1))).toBe("signature");
  });

  it("when the terms allow an algorithm that its key does not fit", async () => {
    const every = { algorithms: ["RS256", "ES256", "PS256", "HS256", "RS384"] };
    for (const alg of ["PS256", "HS256", "RS384"]) {
      expect(await reasonOf(await signJws(rs, claims, { alg }), every)).toBe("unknown-key");
    }
    expect(await reasonOf(await signJws(rs, claims, { alg: "ES256" }), every)).toBe("unknown-key");
  });

  it("when it is an HMAC under the text of the public key", async () => {
    const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "pem" });
    const signed = `${encodePart({ alg: "HS256", kid: rs.kid })}.${encodePart(claims)}`;
    for (const secret of [pem, JSON.stringify(rs.jwk), String(rs.jwk.n)]) {
      const text = `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
      expect(await reasonOf(text)).toBe("algorithm");
      expect(await reasonOf(text, { algorithms: ["HS256"] })).toBe("unknown-key");
    }
  });

  it("with a signature of zeros, of DER, or of another length", async () => {
    const text = await signJws(es, claims);
    const signed = text.slice(0, text.lastIndexOf("."));
    const raw = Buffer.from(text.slice(signed.length + 1), "base64url");
    const der = Buffer.concat([
      Buffer.from([0x30, 0x44, 2, 0x20]),
      raw.subarray(0, 32),
      Buffer.from([2, 0x20]),
      raw.subarray(32),
    ]);
    for (const bytes of [Buffer.alloc(64), der, raw.subarray(0, 63), Buffer.concat([raw, Buffer.alloc(1)])]) {
      expect(await reasonOf(`${signed}.${encodeBase64url(bytes)}`)).toBe("signature");
    }
  });

  it("with a changed claim, or the signature of other claims", async () => {
    const text = await signJws(es, claims);
    const [header, , signature] = text.split(".");
    expect(await reasonOf(`${header}.${encodePart({ ...claims, sub: "admin" })}.${signature}`)).toBe("signature");
  });

  it("with the key that it brings along", async () => {
    const stranger = await signerOf("ES256", es.kid);
    expect(await reasonOf(await signJws(stranger, claims, { jwk: stranger.jwk }))).toBe("signature");
  });

  it.each(["../../x", "' OR 1=1 --", "__proto__", "constructor", "toString", "", "es256-1", "k".repeat(256)])(
    "with the kid %j",
    async (kid) => {
      expect(await reasonOf(await signJws(es, claims, { kid }))).toBe("unknown-key");
    },
  );

  it.each([undefined, "JWT", "selvage-assertion+jwt", "at+jwt2"])(
    "with the type %s where at+jwt is asked for",
    async (typ) => {
      expect(await reasonOf(await signJws(es, claims, { typ }), { types: ["at+jwt"] })).toBe("type");
    },
  );

  it("when a set hands out a key of another algorithm", async () => {
    const mixed: KeySet = { find: () => keys.find(rs.kid, "RS256") };
    expect(await reasonOf(await signJws(es, claims), {}, mixed)).toBe("signature");
  });
});

describe("a key set", () => {
  it("tries every key of one kid", async () => {
    const twin = await signerOf("ES256", es.kid);
    const both = (await keySetOf({ keys: [twin.jwk, es.jwk] })).keys;
    expect(await reasonOf(await signJws(es, claims), {}, both)).toBe("good");
    expect(await reasonOf(await signJws(twin, claims), {}, both)).toBe("good");
  });

  it("tries a key without kid for any", async () => {
    const unnamed = (await keySetOf({ keys: [{ ...es.jwk, kid: undefined }] })).keys;
    expect(await reasonOf(await signJws(es, claims, { kid: "whatever" }), {}, unnamed)).toBe("good");
  });

  it("tries eight keys at most", async () => {
    const many = await Promise.all(Array.from({ length: 12 }, (_, index) => signerOf("ES256", `k${index}`)));
    const { keys: set, size } = await keySetOf({ keys: many.map(({ jwk }) => jwk) });
    expect([size, set.find(null, "ES256").length]).toEqual([12, 8]);
  });

  it("leaves out what is weak, broken, private or for something else, and keeps the rest", async () => {
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "jwk" });
    const offCurve = { ...es.jwk, kid: "off", x: es.jwk.y, y: es.jwk.x };
    const {
      keys: set,
      size,
      refused,
    } = await keySetOf({
      keys: [
        { ...weak, kid: "weak" },
        offCurve,
        { ...rs.jwk, kid: "one", e: "AQ" },
        { ...es.jwk, kid: "private", d: "AAAA" },
        { kty: "oct", k: "AAAA", kid: "shared" },
        { ...es.jwk, kid: "enc", use: "enc" },
        { ...es.jwk, kid: "ops", key_ops: ["deriveBits"] },
        { ...es.jwk, kid: "alg", alg: "RS256" },
        { ...es.jwk, kid: "curve", crv: "P-384" },
        { ...es.jwk, kid: 7 },
        "nonsense",
        es.jwk,
      ],
    });
    expect(refused).toEqual([
      { kid: "weak", reason: "an RSA key of 1024 bits is too short: 2048 at least" },
      { kid: "off", reason: "it is not a valid key" },
      { kid: "one", reason: "its public exponent is not usable" },
      { kid: "private", reason: 'it holds the private member "d"' },
      { kid: "shared", reason: "a symmetric key does not belong into a public set" },
      { kid: "enc", reason: "it is not for signatures (use)" },
      { kid: "ops", reason: "it is not for checking signatures (key_ops)" },
      { kid: "alg", reason: "its type, curve and alg fit no algorithm" },
      { kid: "curve", reason: "its type, curve and alg fit no algorithm" },
      { kid: null, reason: "its kid is not a text" },
      { kid: null, reason: "it is not a JSON Web Key" },
    ]);
    expect(size).toBe(1);
    expect(await reasonOf(await signJws(es, claims), {}, set)).toBe("good");
  });

  it.each([null, "x", [], {}, { keys: {} }, { keys: null }])("has no keys when it is read from %j", async (jwks) => {
    expect(await keySetOf(jwks)).toMatchObject({ size: 0, refused: [] });
  });

  it("of a shared secret fits the algorithms that it is long enough for, and no public one", async () => {
    const secretOf = (bytes: number) => new Uint8Array(bytes).fill(7);
    for (const [bytes, fitting] of [
      [31, []],
      [32, ["HS256"]],
      [48, ["HS256", "HS384"]],
      [64, ["HS256", "HS384", "HS512"]],
    ] as const) {
      const set = keySetOfSecret(secretOf(bytes));
      const found = ["HS256", "HS384", "HS512", "RS256", "none"].filter((alg) => set.find("any", alg).length > 0);
      expect(found).toEqual(fitting);
    }
    const signed = `${encodePart({ alg: "HS256" })}.${encodePart(claims)}`;
    const text = `${signed}.${createHmac("sha256", secretOf(32)).update(signed).digest("base64url")}`;
    const set = keySetOfSecret(secretOf(32));
    expect(await reasonOf(text, { algorithms: ["HS256"] }, set)).toBe("good");
    expect(await reasonOf(text, { algorithms: ["HS256"] }, keySetOfSecret(secretOf(33)))).toBe("signature");
  });

  it("of keys held in memory finds them by kid", async () => {
    const [key] = keys.find(es.kid, "ES256");
    const set = keySetOfKeys(new Map([["mine", key as Key]]), "ES256");
    const signed = `${encodePart({ alg: "ES256", kid: "mine" })}.${encodePart(claims)}`;
    expect(await reasonOf(`${signed}.${await signatureOf(es, signed)}`, {}, set)).toBe("good");
    expect(set.find("other", "ES256")).toEqual([]);
  });
});
