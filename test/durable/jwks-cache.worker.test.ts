import { evictDurableObject, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JwksCache } from "../../durable/jwks-cache.ts";
import { MAX_JWKS_BYTES } from "../../durable/fetch-jwks.ts";
import type { JwksAnswer } from "../../src/model/message/jwks-exchange.ts";

const START = Date.parse("2026-11-23T10:00:00Z");
const ADDRESS = "https://id.example.com/jwks.json";
const MINUTE = 60_000;
const set = (...kids: string[]): object => ({ keys: kids.map((kid) => ({ kty: "EC", crv: "P-256", kid })) });

type Issuer = (url: string, init: RequestInit) => Response | Promise<Response>;

let cache: DurableObjectStub<JwksCache>;
let now = START;
let issuer: Issuer;
let fetched: string[];

beforeEach(async () => {
  await reset();
  now = START;
  fetched = [];
  issuer = () => Response.json(set("a"));
  vi.spyOn(Date, "now").mockImplementation(() => now);
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    fetched.push(String(input));
    return issuer(String(input), init ?? {});
  });
  cache = env.JWKS.getByName("issuer");
});
afterEach(() => vi.restoreAllMocks());

const ask = (more: { kid?: string; seen?: string; url?: string; allowPrivate?: boolean } = {}): Promise<JwksAnswer> =>
  cache.ask({ url: ADDRESS, allowPrivate: false, kid: null, seen: null, ...more });
const kidsOf = (answer: JwksAnswer): unknown => (answer.ok ? answer.keys?.keys.map((key) => key["kid"]) : answer);

describe("the keys of a URL", () => {
  it("are fetched when somebody first asks, and not again for ten minutes", async () => {
    expect(kidsOf(await ask())).toEqual(["a"]);
    now += 10 * MINUTE - 1;
    expect(await ask()).toMatchObject({ ok: true, confirmedMs: 10 * MINUTE - 1 });
    expect(fetched).toEqual([ADDRESS]);
    now += 1;
    expect(await ask()).toMatchObject({ ok: true, confirmedMs: 0 });
    expect(fetched).toHaveLength(2);
  });

  it("are fetched once for many who ask at the same time", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, nth) => ask({ kid: `unknown-${nth}` })));
    for (const answer of answers) {
      expect(kidsOf(answer)).toEqual(["a"]);
    }
    expect(fetched).toHaveLength(1);
  });

  it("are not sent to those who have them", async () => {
    const first = await ask();
    if (!first.ok) {
      throw new Error(first.reason);
    }
    expect(await ask({ seen: first.version })).toMatchObject({ ok: true, keys: null, version: first.version });
  });

  it("are fetched again for an unknown key id, at most once in 30 s", async () => {
    await ask();
    issuer = () => Response.json(set("a", "b"));
    now += 29_999;
    expect(kidsOf(await ask({ kid: "b" }))).toEqual(["a"]);
    now += 1;
    expect(kidsOf(await ask({ kid: "b" }))).toEqual(["a", "b"]);
    for (let nth = 0; nth < 100; nth++) {
      await ask({ kid: `x${nth}` });
    }
    expect(fetched).toHaveLength(2);
    now += 30_000;
    expect(kidsOf(await ask({ kid: "b" }))).toEqual(["a", "b"]);
    expect(fetched).toHaveLength(2);
  });

  it("lose a key that its issuer took out", async () => {
    issuer = () => Response.json(set("a", "b"));
    await ask();
    issuer = () => Response.json(set("b"));
    now += 10 * MINUTE;
    expect(kidsOf(await ask())).toEqual(["b"]);
  });

  it("outlive the object's memory, with the time of the last request", async () => {
    await ask();
    await evictDurableObject(cache);
    now += 1000;
    expect(kidsOf(await ask({ kid: "z" }))).toEqual(["a"]);
    expect(fetched).toHaveLength(1);
  });
});

const failures: Record<string, Issuer> = {
  "cannot be reached": () => Promise.reject(new TypeError("connection lost")),
  "answers 500": () => new Response("{}", { status: 500 }),
  "answers 404": () => new Response("{}", { status: 404 }),
  "redirects, even to itself": () => Response.redirect(ADDRESS, 302),
  "answers HTML": () => new Response("<html></html>"),
  "answers an empty set": () => Response.json({ keys: [] }),
  "answers something else": () => Response.json({ issuer: "https://id.example.com/" }),
  "answers a list": () => Response.json([]),
  "answers only shared keys": () => Response.json({ keys: [{ kty: "oct", k: "AAAA" }] }),
  "answers a thousand keys": () => Response.json(set(...Array(1000).fill("a"))),
  "answers 5 MiB": () => new Response(JSON.stringify({ ...set("a"), pad: "x".repeat(5 << 20) })),
  "lies about its length": () =>
    new Response(`{"pad": "${"x".repeat(MAX_JWKS_BYTES)}", "keys": []}`, { headers: { "content-length": "10" } }),
};

describe.each(Object.entries(failures))("an issuer that %s", (_title, failing) => {
  it("has its last good keys used for a day, and then none", async () => {
    await ask();
    issuer = failing;
    now += 10 * MINUTE;
    expect(kidsOf(await ask())).toEqual(["a"]);
    now = START + 24 * 60 * MINUTE - 1;
    expect(kidsOf(await ask())).toEqual(["a"]);
    now += 1;
    expect(await ask()).toMatchObject({ ok: false });
  });

  it("lets nobody in who was never known, and is asked again after 2, 4, 8, 16 and 30 s", async () => {
    issuer = failing;
    const sentAt: number[] = [];
    for (now = START; now < START + 100_000; now += 1000) {
      const before = fetched.length;
      expect(await ask({ kid: "a" })).toMatchObject({ ok: false });
      if (fetched.length > before) {
        sentAt.push((now - START) / 1000);
      }
    }
    expect(sentAt).toEqual([0, 2, 6, 14, 30, 60, 90]);
  });
});

describe("what is sent", () => {
  it("is given up after five seconds", async () => {
    const waited: unknown[] = [];
    const real = setTimeout;
    vi.spyOn(globalThis, "setTimeout").mockImplementation((work: () => void, ms?: number) => {
      waited.push(ms);
      return real(work, 0);
    });
    issuer = (_url, { signal }) =>
      new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted"))));
    expect(await ask()).toMatchObject({ ok: false, reason: "there was no answer within 5000 ms" });
    expect(waited).toContain(5000);
  });

  it("follows no redirect, carries no credentials, and has five seconds", async () => {
    let seen: RequestInit = {};
    issuer = (_url, init) => {
      seen = init;
      return Response.json(set("a"));
    };
    await ask();
    expect(seen.redirect).toBe("manual");
    expect(seen.headers).toEqual({ accept: "application/jwk-set+json, application/json" });
    expect(seen.signal).toBeInstanceOf(AbortSignal);
  });

  it("goes to no private, local or odd address, whatever spelling it has", async () => {
    const urls = [
      "http://id.example.com/jwks",
      "https://localhost/jwks",
      "https://127.0.0.1/jwks",
      "https://127.1/jwks",
      "https://0x7f.1/jwks",
      "https://2130706433/jwks",
      "https://[::1]/jwks",
      "https://[::ffff:7f00:1]/jwks",
      "https://１２７.0.0.1/jwks",
      "https://169.254.169.254/latest/meta-data",
      "https://[fd00::1]/jwks",
      "https://10.0.0.1/jwks",
      "https://100.64.0.1/jwks",
      "https://metadata.google.internal/",
      "https://user:pass@id.example.com/jwks",
      "https://id.example.com.:443/jwks",
      "https://id.example.com:22/jwks",
      "file:///etc/passwd",
      "data:application/json,{}",
      "no address",
    ];
    for (const url of urls) {
      expect([url, (await ask({ url })).ok]).toEqual([url, false]);
    }
    expect(fetched).toEqual([]);
  });

  it("goes to a private address where the mesh is local, but never to a metadata service", async () => {
    expect((await ask({ url: "http://127.0.0.1:9000/jwks", allowPrivate: true })).ok).toBe(true);
    expect((await ask({ url: "http://169.254.169.254/jwks", allowPrivate: true })).ok).toBe(false);
    expect(fetched).toEqual(["http://127.0.0.1:9000/jwks"]);
  });
});
