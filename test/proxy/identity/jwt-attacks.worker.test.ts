import { beforeAll, describe, expect, it } from "vitest";
import { encodeBase64url } from "../../../src/tokens/base64url.ts";
import { encodePart, signatureOf, signJws } from "../../support/tokens/jws.ts";
import {
  bearing,
  CLAIMS,
  GUARDED_URL,
  guardedMesh,
  inlineProviders,
  ISSUER,
  newIssuers,
  NOW_S,
  OTHER_ISSUER,
  type Issuers,
} from "../../support/worker/guarded-mesh.ts";
import { problemOf, type TestMesh } from "../../support/worker/test-mesh.ts";

let kit: Issuers;
let strict: TestMesh;
let permissive: TestMesh;

beforeAll(async () => {
  kit = await newIssuers();
  const jwt = `jwt: {providers: ${inlineProviders(kit)}}`;
  strict = guardedMesh(jwt);
  permissive = guardedMesh(`mode: permit, ${jwt}`);
});

type Attack = readonly [title: string, token: () => string | Promise<string>];

const utf8 = new TextEncoder();
const raw = (header: unknown, claims: unknown, signature = "AAAA"): string =>
  `${encodePart(header)}.${encodePart(claims)}.${signature}`;
const parts = async (): Promise<[string, string, string]> => {
  const [a = "", b = "", c = ""] = (await kit.sign(CLAIMS)).split(".");
  return [a, b, c];
};
/** Signs what is given with our own good key: only what the parts say is wrong. */
const signedParts = async (header: string, claims: string): Promise<string> =>
  `${header}.${claims}.${await signatureOf(kit.es, `${header}.${claims}`)}`;
const header = { alg: "ES256", kid: "es" };
const claimsText = (name: string, value: string): string =>
  JSON.stringify({ ...CLAIMS, [name]: "@" }).replace(`"${name}":"@"`, `"${name}":${value}`);

/** The old trick: the public key's own text as a shared secret. */
async function hmacWith(secret: Uint8Array, kid: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", new Uint8Array(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const signed = `${encodePart({ alg: "HS256", kid })}.${encodePart(CLAIMS)}`;
  return `${signed}.${encodeBase64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8.encode(signed))))}`;
}

async function spki(): Promise<Uint8Array<ArrayBuffer>> {
  const { kty, n, e } = kit.rs.jwk;
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const members = { kty: String(kty), n: String(n), e: String(e) };
  const key = await crypto.subtle.importKey("jwk", members, algorithm, true, ["verify"]);
  const der = await crypto.subtle.exportKey("spki", key);
  if (!(der instanceof ArrayBuffer)) {
    throw new Error("no DER");
  }
  return new Uint8Array(der);
}

const pem = (der: Uint8Array): string =>
  `-----BEGIN PUBLIC KEY-----\n${btoa(String.fromCharCode(...der)).replaceAll(/.{64}/g, "$&\n")}\n-----END PUBLIC KEY-----\n`;

const algorithms: Attack[] = [
  ...["none", "None", "nOnE", "NONE"].map((alg): Attack => [`alg ${alg}`, () => raw({ alg }, CLAIMS, "")]),
  ["alg none with the good key's id and a signature", () => raw({ alg: "none", kid: "es" }, CLAIMS)],
  ["no alg", () => kit.sign(CLAIMS, { alg: undefined })],
  ["alg as a list", () => kit.sign(CLAIMS, { alg: ["ES256"] })],
  ["alg null", () => kit.sign(CLAIMS, { alg: null })],
  ["alg as a number", () => kit.sign(CLAIMS, { alg: 256 })],
  ["alg in lower case", () => kit.sign(CLAIMS, { alg: "es256" })],
  ["an empty signature", async () => (await parts()).slice(0, 2).join(".") + "."],
  ["HS256 under the public key as PEM", async () => hmacWith(utf8.encode(pem(await spki())), "rs")],
  ["HS256 under the public key as DER", async () => hmacWith(await spki(), "rs")],
  ["HS256 under the public key as a JWK", () => hmacWith(utf8.encode(JSON.stringify(kit.rs.jwk)), "rs")],
  ["HS256 under the modulus", () => hmacWith(utf8.encode(String(kit.rs.jwk["n"])), "rs")],
  ["RS384 with the RS256 key", () => signJws(kit.rs, CLAIMS, { alg: "RS384" })],
  ["PS256 with the RS256 key", () => signJws(kit.rs, CLAIMS, { alg: "PS256" })],
  ["RS256 with the id of the ES256 key", () => signJws(kit.rs, CLAIMS, { kid: "es" })],
  ["ES256 with the id of the RS256 key", () => kit.sign(CLAIMS, { kid: "rs" })],
];

const signatures: Attack[] = [
  ["r = s = 0", async () => (await parts()).slice(0, 2).join(".") + `.${encodeBase64url(new Uint8Array(64))}`],
  [
    "a signature of 63 bytes",
    async () => (await parts()).slice(0, 2).join(".") + `.${encodeBase64url(new Uint8Array(63))}`,
  ],
  [
    "a signature in DER",
    async () => (await parts()).slice(0, 2).join(".") + `.${encodeBase64url(Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1))}`,
  ],
  ["another's signature under our key id", () => signJws(kit.stranger, CLAIMS)],
  [
    "claims that were changed",
    async () => (([a, , c]) => `${a}.${encodePart({ ...CLAIMS, sub: "root" })}.${c}`)(await parts()),
  ],
  [
    "a header that was changed",
    async () => (([, b, c]) => `${encodePart({ ...header, typ: "x" })}.${b}.${c}`)(await parts()),
  ],
  ["a signature cut short", async () => (([a, b, c]) => `${a}.${b}.${c.slice(0, 40)}`)(await parts())],
];

const foreignKeys: Attack[] = [
  ["its own key in jwk", () => signJws(kit.stranger, CLAIMS, { kid: undefined, jwk: kit.stranger.jwk })],
  ["its own key in jwk, under our key's id", () => signJws(kit.stranger, CLAIMS, { jwk: kit.stranger.jwk })],
  ["a jku of the attacker", () => signJws(kit.stranger, CLAIMS, { kid: "evil", jku: "https://evil.example.com/jwks" })],
  ["an x5u of the attacker", () => signJws(kit.stranger, CLAIMS, { kid: "evil", x5u: "https://evil.example.com/pem" })],
  ["an x5c of the attacker", () => signJws(kit.stranger, CLAIMS, { kid: "evil", x5c: ["MIIB"] })],
  ["an x5t of the attacker", () => signJws(kit.stranger, CLAIMS, { kid: "evil", x5t: "AAAA" })],
];

const keyIds: Attack[] = [
  ...[
    "../../x",
    "' OR 1=1 --",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "",
    "\u0000",
    "k".repeat(300),
  ].map((kid): Attack => [`kid ${JSON.stringify(kid.slice(0, 20))}`, () => kit.sign(CLAIMS, { kid })]),
  ["a kid of 10 KiB", () => kit.sign(CLAIMS, { kid: "k".repeat(10_240) })],
  ["kid as a number", () => kit.sign(CLAIMS, { kid: 1 })],
  ["kid as a list", () => kit.sign(CLAIMS, { kid: ["es"] })],
  ["kid as an object", () => kit.sign(CLAIMS, { kid: { es: true } })],
];

const extensions: Attack[] = [
  ["crit with an unknown name", () => kit.sign(CLAIMS, { crit: ["x"], x: 1 })],
  ["an empty crit", () => kit.sign(CLAIMS, { crit: [] })],
  ["crit with b64", () => kit.sign(CLAIMS, { crit: ["b64"], b64: false })],
  ["crit that is no list", () => kit.sign(CLAIMS, { crit: "exp" })],
  ["b64 false", () => kit.sign(CLAIMS, { b64: false })],
  ["b64 true", () => kit.sign(CLAIMS, { b64: true })],
  ["zip", () => kit.sign(CLAIMS, { zip: "DEF" })],
  ["an encrypted token", () => `${encodePart({ alg: "dir", enc: "A256GCM" })}..AAAA.AAAA.AAAA`],
  ["an encrypted token's header on three parts", () => kit.sign(CLAIMS, { alg: "RSA-OAEP", enc: "A256GCM" })],
  ["a token within a token", async () => kit.sign(await kit.sign(CLAIMS), { cty: "JWT" })],
];

const times: Attack[] = [
  ["no exp", () => kit.sign({ ...CLAIMS, exp: undefined })],
  ["exp in the past", () => kit.sign({ ...CLAIMS, exp: NOW_S - 3600 })],
  ["exp exactly as long ago as the skew", () => kit.sign({ ...CLAIMS, exp: NOW_S - 60 })],
  ["exp a second longer ago than the skew", () => kit.sign({ ...CLAIMS, exp: NOW_S - 61 })],
  ["exp negative", () => kit.sign({ ...CLAIMS, exp: -1 })],
  ["exp zero", () => kit.sign({ ...CLAIMS, exp: 0 })],
  ...['"2000000000"', "1e400", "-1e400", "null", "true", "[2000000000]", "{}"].flatMap((value) =>
    ["exp", "nbf", "iat"].map((name): Attack => [`${name} ${value}`, () => kit.sign(claimsText(name, value))]),
  ),
  ["exp NaN", () => kit.sign(claimsText("exp", "NaN"))],
  ["nbf a second beyond the skew", () => kit.sign({ ...CLAIMS, nbf: NOW_S + 61 })],
  ["iat a second beyond the skew", () => kit.sign({ ...CLAIMS, iat: NOW_S + 61 })],
];

const parties: Attack[] = [
  ["no iss", () => kit.sign({ ...CLAIMS, iss: undefined })],
  ["another trusted issuer's name on our key", () => kit.sign({ ...CLAIMS, iss: OTHER_ISSUER })],
  ["our name on another trusted issuer's key", () => signJws(kit.other, CLAIMS)],
  ["our name on another trusted issuer's key, under our key's id", () => signJws(kit.other, CLAIMS, { kid: "es" })],
  ["an unknown issuer", () => kit.sign({ ...CLAIMS, iss: "https://evil.example.com/" })],
  ["iss without its slash", () => kit.sign({ ...CLAIMS, iss: ISSUER.slice(0, -1) })],
  ["iss in other case", () => kit.sign({ ...CLAIMS, iss: ISSUER.toUpperCase() })],
  ["iss as a list", () => kit.sign({ ...CLAIMS, iss: [ISSUER] })],
  ["iss with a space", () => kit.sign({ ...CLAIMS, iss: `${ISSUER} ` })],
  ["no aud", () => kit.sign({ ...CLAIMS, aud: undefined })],
  ["aud that ours begins with", () => kit.sign({ ...CLAIMS, aud: "order" })],
  ["aud that begins with ours", () => kit.sign({ ...CLAIMS, aud: "orders-admin" })],
  ["aud in other case", () => kit.sign({ ...CLAIMS, aud: "Orders" })],
  ["an empty list of audiences", () => kit.sign({ ...CLAIMS, aud: [] })],
  ["audiences without ours", () => kit.sign({ ...CLAIMS, aud: ["a", "b"] })],
  ["ours in a list within the list", () => kit.sign({ ...CLAIMS, aud: [["orders"]] })],
  ["sub as an object", () => kit.sign({ ...CLAIMS, sub: {} })],
];

const deep = `${'{"a":'.repeat(1000)}1${"}".repeat(1000)}`;
const text = (claims: string): Promise<string> => kit.sign(claims);

const forms: Attack[] = [
  ["more than 8 KiB", () => kit.sign({ ...CLAIMS, x: "x".repeat(9000) })],
  ["one part", () => "abc"],
  ["two parts", async () => (await parts()).slice(0, 2).join(".")],
  ["four parts", async () => `${(await parts()).join(".")}.AAAA`],
  ["five parts", async () => `${(await parts()).join(".")}.AAAA.AAAA`],
  ["three empty parts", () => ".."],
  ["white space within", async () => (await parts()).join(". ")],
  ["two tokens", async () => `${await kit.sign(CLAIMS)} ${await kit.sign(CLAIMS)}`],
  ["two tokens with a comma", async () => `${await kit.sign(CLAIMS)}, Bearer ${await kit.sign(CLAIMS)}`],
  ["padding", async () => (([a, b, c]) => `${a}.${b}.${c}==`)(await parts())],
  [
    "another spelling of the same signature",
    async () => (([a, b, c]) => `${a}.${b}.${c.slice(0, -1)}${nextDigit(c)}`)(await parts()),
  ],
  ["the alphabet of plain base64", async () => (([a, b]) => `${a}.${b}.++//`)(await parts())],
  ["alg twice", () => signedParts(encodePart('{"alg":"ES256","kid":"es","alg":"none"}'), encodePart(CLAIMS))],
  ["sub twice", () => text(JSON.stringify(CLAIMS).replace("{", '{"sub":"root",'))],
  ["sub twice, once in escapes", () => text(JSON.stringify(CLAIMS).replace("{", '{"s\\u0075b":"root",'))],
  ["claims a thousand objects deep", () => text(JSON.stringify(CLAIMS).replace("{", `{"deep":${deep},`))],
  ["a byte order mark", () => text(`\uFEFF${JSON.stringify(CLAIMS)}`)],
  ["claims that are no UTF-8", () => signedParts(encodePart(header), encodeBase64url(Uint8Array.of(0x7b, 0xff, 0x7d)))],
  ["claims that are a list", () => text("[]")],
  ["claims that are a text", () => text('"x"')],
  ["claims that are no JSON", () => text("{")],
  ["a header that is a list", () => signedParts(encodePart("[]"), encodePart(CLAIMS))],
  ["the JSON form of a token", async () => JSON.stringify({ payload: (await parts())[1], signatures: [] })],
];

/** Another last character for the same bytes: its lowest bits mean nothing. */
function nextDigit(part: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet.charAt(alphabet.indexOf(part.slice(-1)) ^ 1);
}

const attacks = { algorithms, signatures, foreignKeys, keyIds, extensions, times, parties, forms };

describe.each(Object.entries(attacks))("%s", (_family, list) => {
  it.each(list.map(([title, token]) => ({ title, token })))("$title", async ({ token }) => {
    const attack = await token();
    for (const mesh of [strict, permissive]) {
      const answer = await mesh.send(GUARDED_URL, bearing(attack));
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe(
        'Bearer realm="selvage", error="invalid_token", error_description="The token is not accepted"',
      );
      expect(answer.headers.get("selvage-decision")).toBe(
        'authenticate; policy="AuthenticationPolicy/shop/door"; rev=7',
      );
      // One body for everything that may be wrong: whoever forges learns nothing.
      expect(await problemOf(answer)).toEqual({
        type: expect.stringMatching(/\/_selvage\/problems\/SLV2110$/),
        title: "The token is not accepted",
        status: 401,
        detail: "The token is not accepted",
        code: "SLV2110",
        requestId: "new-id",
      });
      expect(mesh.sent).toEqual([]);
    }
  });
});

describe("a good token", () => {
  it.each<[string, () => Promise<string>]>([
    ["is let in", () => kit.sign(CLAIMS)],
    ["is let in when it is RS256", () => signJws(kit.rs, CLAIMS)],
    ["is let in without a kid", () => kit.sign(CLAIMS, { kid: undefined })],
    ["is let in with ours among its audiences", () => kit.sign({ ...CLAIMS, aud: ["x", "orders"] })],
    ["of the other issuer is let in", () => signJws(kit.other, { ...CLAIMS, iss: OTHER_ISSUER })],
    ["is let in a second before the end of the skew", () => kit.sign({ ...CLAIMS, exp: NOW_S - 59 })],
    ["is let in with nbf exactly at the skew", () => kit.sign({ ...CLAIMS, nbf: NOW_S + 60 })],
    ["is let in with iat exactly at the skew", () => kit.sign({ ...CLAIMS, iat: NOW_S + 60 })],
  ])("%s", async (_title, token) => {
    const good = await token();
    for (const mesh of [strict, permissive]) {
      // Twice: verified, then remembered.
      for (let nth = 0; nth < 2; nth++) {
        expect((await mesh.send(GUARDED_URL, bearing(good))).status).toBe(200);
      }
      mesh.sent.length = 0;
    }
  });
});

it("is a table of at least a hundred attacks", () => {
  expect(Object.values(attacks).flat().length).toBeGreaterThanOrEqual(100);
});
