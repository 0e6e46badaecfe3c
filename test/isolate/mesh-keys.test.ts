import { describe, expect, it } from "vitest";
import { freshness } from "../../src/decide/fleet/freshness.ts";
import { HeldKeys, KEY_TERMS, type KeyPorts } from "../../src/isolate/mesh-keys.ts";
import type { KeyAnswer, KeyJwk, KeyMaterial } from "../../src/model/message/key-ring.ts";
import { signerOf } from "../support/tokens/jws.ts";

const T0 = 1_795_392_000_000;

async function materialOf(tag: string, ...kids: string[]): Promise<KeyMaterial> {
  const signers = await Promise.all(kids.map((kid) => signerOf("ES256", kid)));
  const privateJwk = (await crypto.subtle.exportKey("jwk", signers[0]!.privateKey)) as unknown as KeyJwk;
  const { kty, crv, x, y, d } = { ...privateJwk };
  return {
    tag,
    signing: { kid: kids[0]!, jwk: { kty, crv, x, y, d: d ?? "" } },
    accepted: signers.map(({ kid, jwk }) => ({ kid, jwk: { kty, crv, x: String(jwk.x), y: String(jwk.y) } })),
    pepper: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  };
}

/** A ring, an isolate and a clock that only moves when it is told to. */
async function world() {
  let now = T0;
  let material = await materialOf("t1", "a", "b");
  let down = false;
  const asked: (string | null)[] = [];
  const background: Promise<unknown>[] = [];
  const live = new HeldKeys();
  const ports: KeyPorts = {
    now: () => now,
    wait: async (ms) => void (await Promise.resolve(ms)),
    async material(tag): Promise<KeyAnswer> {
      asked.push(tag);
      await Promise.resolve();
      if (down) {
        throw new Error("the ring is away");
      }
      return tag === material.tag ? { unchanged: true } : material;
    },
  };
  return {
    asked,
    kids: async () => {
      const keys = await live.current(ports, { waitUntil: (work) => void background.push(work) }, now);
      return keys === null ? null : [...keys.accepted.keys()];
    },
    settle: () => Promise.all(background),
    pass: (ms: number) => void (now += ms),
    change: async (...kids: string[]) => void (material = await materialOf(`t${kids.join("")}`, ...kids)),
    fail: (value: boolean) => void (down = value),
  };
}

describe("an isolate's keys", () => {
  it("are fetched by the first request and served from memory after that", async () => {
    const { kids, asked, pass } = await world();
    expect(await kids()).toEqual(["a", "b"]);
    pass(25_000);
    expect(await kids()).toEqual(["a", "b"]);
    expect(asked).toEqual([null]);
  });

  it("are refreshed behind a request, and then say what they hold", async () => {
    const { kids, asked, pass, settle, change } = await world();
    await kids();
    await change("b", "c");
    pass(25_001);
    expect(await kids()).toEqual(["a", "b"]);
    await settle();
    expect([asked, await kids()]).toEqual([
      [null, "t1"],
      ["b", "c"],
    ]);
  });

  it("of one that slept are checked before they are used", async () => {
    const { kids, pass, change } = await world();
    await kids();
    await change("b", "c");
    pass(KEY_TERMS.checkFirstMs + 1);
    expect(await kids()).toEqual(["b", "c"]);
  });

  it("serve on while the ring is away, and are tried again every two seconds", async () => {
    const { kids, asked, pass, fail, settle } = await world();
    await kids();
    fail(true);
    pass(KEY_TERMS.checkFirstMs + 1);
    expect(await kids()).toEqual(["a", "b"]);
    expect(await kids()).toEqual(["a", "b"]);
    expect(asked).toHaveLength(2);
    pass(2001);
    expect(await kids()).toEqual(["a", "b"]);
    await settle();
    expect(asked).toHaveLength(3);
  });

  it("are none where the ring was never reached, and come when it is", async () => {
    const { kids, asked, pass, fail } = await world();
    fail(true);
    expect([await kids(), await kids(), asked.length]).toEqual([null, null, 1]);
    fail(false);
    pass(2001);
    expect(await kids()).toEqual(["a", "b"]);
  });

  it("are not used a day after the ring was last reached", async () => {
    const { kids, pass, fail } = await world();
    await kids();
    fail(true);
    pass(KEY_TERMS.lastGoodMs + 1);
    expect(await kids()).toBeNull();
    fail(false);
    pass(2001);
    expect(await kids()).toEqual(["a", "b"]);
  });

  it("are asked for once by many requests", async () => {
    const { kids, asked } = await world();
    const answers = await Promise.all(Array.from({ length: 20 }, () => kids()));
    expect(answers.every((one) => one?.length === 2)).toBe(true);
    expect(asked).toHaveLength(1);
  });
});

it("keys are never used unchecked for a minute while the ring answers", () => {
  for (let age = KEY_TERMS.checkFirstMs + 1; age < 120_000; age += 1000) {
    expect(
      freshness(KEY_TERMS, { confirmedAt: T0, failedAt: null, notBefore: 0, freshMs: KEY_TERMS.freshMs }, T0 + age),
    ).toBe("check-first");
  }
});
