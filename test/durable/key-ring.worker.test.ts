// The ring as the object keeps it: across evictions, alarms, rotations and revocations.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { KeyRing } from "../../durable/key-ring.ts";
import type { KeyMaterial } from "../../src/model/message/key-ring.ts";

// In the future of the machine, so that no alarm fires by itself.
const START = Date.parse("2100-01-01T00:00:00Z");
const DAY = 86_400_000;

let ring: DurableObjectStub<KeyRing>;
let now = START;
let count = 0;
beforeEach(() => {
  now = START;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  ring = env.KEYRING.getByName(`ring-${count++}`);
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function material(): Promise<KeyMaterial> {
  const answer = await ring.material(null);
  if ("unchanged" in answer) {
    throw new Error("unchanged");
  }
  return answer;
}
const stored = (): Promise<string[]> =>
  runInDurableObject(ring, (_, state) => [...state.storage.kv.list()].map(([name]) => name));
const statesOf = async (): Promise<string[]> => (await ring.view()).keys.map(({ state }) => state);

it("starts with a signing key, a next one and a pepper", async () => {
  const { signing, accepted, pepper } = await material();
  expect(await statesOf()).toEqual(["signing", "next"]);
  expect(accepted.map(({ kid }) => kid)).toContain(signing.kid);
  expect(accepted.some(({ jwk }) => "d" in jwk)).toBe(false);
  expect(signing.jwk.d).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(pepper).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

it("begins every id with a letter, so that none is taken for an option of a command", async () => {
  vi.spyOn(crypto, "getRandomValues").mockImplementation((into) => {
    // The first of them would be a dash.
    new Uint8Array(into?.buffer ?? new ArrayBuffer()).fill(0xfb);
    return into;
  });
  const { keys } = await ring.view();
  expect(keys.map(({ kid }) => kid)).toEqual(keys.map(() => expect.stringMatching(/^[A-Za-z]/)));
  expect(keys.length).toBeGreaterThan(0);
});

it("is the same ring after an eviction", async () => {
  const before = await material();
  await evictDurableObject(ring);
  expect(await material()).toEqual(before);
});

it("says that nothing changed to who holds all of it", async () => {
  const { tag } = await material();
  expect(await ring.material(tag)).toEqual({ unchanged: true });
  await ring.rotate();
  expect(await ring.material(tag)).not.toEqual({ unchanged: true });
});

it("rotates by its alarm, keeps the pepper, and deletes the private key that no longer signs", async () => {
  const before = await material();
  expect(await runInDurableObject(ring, (_, state) => state.storage.getAlarm())).toBe(START + 30 * DAY);
  now += 30 * DAY;
  await runDurableObjectAlarm(ring);
  const after = await material();
  expect(await statesOf()).toEqual(["accepted", "signing", "next"]);
  expect(after.signing.kid).not.toBe(before.signing.kid);
  expect(before.accepted.map(({ kid }) => kid)).toContain(after.signing.kid);
  expect(after.accepted.map(({ kid }) => kid)).toContain(before.signing.kid);
  expect(after.pepper).toBe(before.pepper);
  expect(await stored()).not.toContain(`private:${before.signing.kid}`);
  now += 780_000;
  await runDurableObjectAlarm(ring);
  expect(await stored()).not.toContain(`public:${before.signing.kid}`);
  expect((await material()).accepted).toHaveLength(2);
});

it("needs no alarm to be in time", async () => {
  await material();
  now += 30 * DAY;
  expect(await statesOf()).toEqual(["accepted", "signing", "next"]);
});

it("rotates when it is asked to, after the next key has been out for ten minutes", async () => {
  const view = await ring.rotate();
  expect([view.keys.map(({ state }) => state), view.rotatesAt]).toEqual([["signing", "next"], START + 600_000]);
  now += 600_000;
  await runDurableObjectAlarm(ring);
  expect(await statesOf()).toEqual(["accepted", "signing", "next"]);
});

it("revokes the signing key: its successor signs at once, and nothing of it is left", async () => {
  const { signing } = await material();
  const view = await ring.revoke(signing.kid);
  expect(view?.keys.map(({ state }) => state)).toEqual(["revoked", "signing", "next"]);
  const after = await material();
  expect(after.accepted.map(({ kid }) => kid)).not.toContain(signing.kid);
  expect((await stored()).filter((name) => name.includes(signing.kid))).toEqual([]);
  expect(await ring.revoke(signing.kid)).toBeNull();
  expect(await ring.revoke("__proto__")).toBeNull();
});

it("tells operators which keys there are, and none of them", async () => {
  const text = JSON.stringify(await ring.rotate());
  const { signing, pepper } = await material();
  for (const secret of [signing.jwk.d ?? "?", signing.jwk.x, pepper]) {
    expect(text).not.toContain(secret);
  }
});

it("hands out one ring to many who come first together", async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => material()));
  expect(new Set(answers.map(({ tag }) => tag)).size).toBe(1);
});
