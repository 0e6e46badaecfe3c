import { describe, expect, it } from "vitest";
import { decodeBase64url, encodeBase64url } from "../../src/tokens/base64url.ts";
import { MAX_TOKEN, readToken } from "../../src/tokens/read-token.ts";
import { readJsonObject } from "../../src/tokens/strict-json.ts";
import { encodePart } from "../support/tokens/jws.ts";

const head = { alg: "ES256", kid: "k1", typ: "JWT" };
const token = (header: unknown, claims: unknown = { iss: "a" }, signature = "AA"): string =>
  `${encodePart(header)}.${encodePart(claims)}.${signature}`;

describe("a token is read", () => {
  it("into header and claims", () => {
    const text = token(head, { iss: "a", exp: 1 });
    expect(readToken(text)).toMatchObject({
      ok: true,
      header: head,
      claims: { iss: "a", exp: 1 },
      text,
    });
  });

  it("without kid and typ", () => {
    expect(readToken(token({ alg: "ES256" }))).toMatchObject({
      ok: true,
      header: { alg: "ES256", kid: null, typ: null },
    });
  });

  it.each(["jwk", "jku", "x5u", "x5c"])("with %s overlooked", (name) => {
    expect(readToken(token({ ...head, [name]: "https://evil.example/" }))).toMatchObject({ ok: true, header: head });
  });

  it("when its kid is as long as may be", () => {
    expect(readToken(token({ ...head, kid: "k".repeat(256) })).ok).toBe(true);
  });

  it("when it is as long as may be", () => {
    const left = MAX_TOKEN - token(head, { iss: "" }).length;
    const text = token(head, { iss: "x".repeat(Math.floor((left * 3) / 4)) });
    expect(readToken(text.padEnd(MAX_TOKEN, "A"))).toMatchObject({ ok: true });
  });
});

describe("a token is malformed", () => {
  const part = encodePart;
  const good = token(head);
  it.each<[string, string]>([
    ["when it is empty", ""],
    ["with one part", "AA"],
    ["with two parts", "AA.AA"],
    ["with four parts", `${good}.AA`],
    ["with five parts (JWE)", "AA.AA.AA.AA.AA"],
    ["with white space before it", ` ${good}`],
    ["with white space behind it", `${good}\n`],
    ["with padding", `${good}==`],
    ["with the other base64 alphabet", `${part(head)}.${part({ a: "???>>>" })}.+/`],
    ["with tail bits that say nothing", `${good.slice(0, -2)}AB`],
    ["with a part of an impossible length", `${good}AAA`],
    ["with a character above 255", `${good}\u{1F600}`],
    ["with a header that is no JSON", token("nonsense")],
    ["with a header that is a list", token([])],
    ["with a header that is null", token(null)],
    ["with a header that is a text", `${part('"x"')}.${part({})}.AA`],
    ["with claims that are a number", token(head, 1)],
    ["with claims that are another token", token(head, good)],
    ["with no claims at all", `${part(head)}..AA`],
    ["with a byte order mark", token(`\uFEFF${JSON.stringify(head)}`)],
    [
      "with bytes that are no UTF-8",
      `${part(head)}.${encodeBase64url(new Uint8Array([0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d]))}.AA`,
    ],
    ["with two values for one claim", token(head, '{"sub":"a","sub":"b"}')],
    ["with two values for one claim, differently written", token(head, '{"sub":"a","\\u0073ub":"b"}')],
    ["with two values for one member of a claim", token(head, '{"a":[{"b":{"c":1,"c":2}}]}')],
    ["with two values for alg", token('{"alg":"ES256","alg":"none"}')],
    ["that is nested 17 deep", token(head, `{"a":${"[".repeat(16)}${"]".repeat(16)}}`)],
    ["that is nested 1000 deep", token(head, `{"a":${"[".repeat(1000)}${"]".repeat(1000)}}`)],
    ["without alg", token({ kid: "k" })],
    ["with a list as alg", token({ alg: ["ES256"] })],
    ["with a number as alg", token({ alg: 1 })],
    ["with a number as kid", token({ ...head, kid: 7 })],
    ["with a kid of 257 characters", token({ ...head, kid: "k".repeat(257) })],
    ["with an object as typ", token({ ...head, typ: {} })],
  ])("%s", (_title, text) => {
    expect(readToken(text)).toEqual({ ok: false, reason: "malformed" });
  });
});

describe("a token is refused", () => {
  it("for its length before anything of it is decoded", () => {
    expect(readToken("!".repeat(MAX_TOKEN + 1))).toEqual({ ok: false, reason: "too-large" });
  });

  it.each([
    ["crit", ["exp"]],
    ["crit", []],
    ["b64", false],
    ["b64", true],
    ["zip", "DEF"],
  ])("for the extension %s: %j", (name, value) => {
    expect(readToken(token({ ...head, [name]: value }))).toEqual({ ok: false, reason: "unsupported" });
  });
});

describe("base64url", () => {
  it("has one spelling for any bytes, and reads it back", () => {
    for (let length = 0; length < 9; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 83 + 251) & 255);
      expect(decodeBase64url(encodeBase64url(bytes))).toEqual(bytes);
    }
  });

  it.each(["A", "AB", "AAB", "A=", "AA==", "A A", "AA\n", "A+", "A/"])("does not read %j", (text) => {
    expect(decodeBase64url(text)).toBeNull();
  });
});

describe("a JSON object", () => {
  const read = (text: string): unknown => readJsonObject(new TextEncoder().encode(text));
  it("may use one name in several objects, and names as values", () => {
    const value = { a: { a: "a", b: ["a", "a", { a: 1 }, { a: 2 }] }, b: "a", c: '"a":1,"a":\\' };
    expect(read(JSON.stringify(value))).toEqual(value);
  });

  it("may hold the names of Object.prototype, which then are plain members", () => {
    const value = read('{"__proto__":{"admin":true},"constructor":1}');
    expect(Object.keys(value as object)).toEqual(["__proto__", "constructor"]);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it("may be 16 deep", () => {
    expect(read(`${'{"a":'.repeat(15)}{}${"}".repeat(15)}`)).not.toBeNull();
    expect(read(`${'{"a":'.repeat(16)}{}${"}".repeat(16)}`)).toBeNull();
  });
});
