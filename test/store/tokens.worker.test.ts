// Operators' tokens in the registry.
import { beforeEach, expect, it } from "vitest";
import type { Store } from "../../src/store/store.ts";
import type { TokenRecord } from "../../src/model/registry/registry.ts";
import { auditDraft, emptyRegistry, NOW } from "../support/worker/registry.ts";

let store: Store;
beforeEach(async () => {
  store = await emptyRegistry();
});

const token = (id: string, more: Partial<TokenRecord> = {}): TokenRecord => ({
  id,
  name: "ci",
  hash: `hash-${id}`,
  role: "operator",
  namespaces: ["shop"],
  createdAt: NOW,
  createdBy: "bootstrap",
  expiresAt: null,
  lastUsedAt: null,
  ...more,
});

it("finds a token by its digest, and only by that", async () => {
  await store.createToken(token("a"), auditDraft({ action: "createToken", target: "token/a" }));
  await store.createToken(token("b", { namespaces: null, role: "admin" }), auditDraft());
  expect(await store.tokenByHash("hash-a")).toEqual(token("a"));
  expect(await store.tokenByHash("hash-b")).toMatchObject({ namespaces: null });
  expect(await store.tokenByHash("a")).toBeNull();
  expect((await store.tokens()).map(({ id }) => id)).toEqual(["a", "b"]);
  expect(await store.audit({ limit: 10 })).toHaveLength(2);
});

it("writes neither token nor audit row when the digest is taken", async () => {
  await store.createToken(token("a"), auditDraft());
  await expect(store.createToken(token("b", { hash: "hash-a" }), auditDraft())).rejects.toThrow("tokens.hash");
  expect(await store.tokens()).toHaveLength(1);
  expect(await store.audit({ limit: 10 })).toHaveLength(1);
});

it("removes a token, and says when there was none", async () => {
  await store.createToken(token("a"), auditDraft());
  expect(await store.deleteToken("a", auditDraft({ action: "deleteToken" }))).toBe(true);
  expect(await store.tokenByHash("hash-a")).toBeNull();
  expect(await store.deleteToken("a", auditDraft())).toBe(false);
  expect((await store.audit({ limit: 10 })).map(({ action }) => action)).toEqual(["deleteToken", "test"]);
});

it("notes the use of a token once an hour", async () => {
  await store.createToken(token("a"), auditDraft());
  const use = async (now: string): Promise<string | null | undefined> => {
    const known = await store.tokenByHash("hash-a");
    if (known) {
      await store.touchToken(known, now);
    }
    return (await store.tokenByHash("hash-a"))?.lastUsedAt;
  };
  expect(await use("2026-11-23T10:00:00.000Z")).toBe("2026-11-23T10:00:00.000Z");
  expect(await use("2026-11-23T10:59:59.000Z")).toBe("2026-11-23T10:00:00.000Z");
  expect(await use("2026-11-23T11:00:00.000Z")).toBe("2026-11-23T11:00:00.000Z");
});
