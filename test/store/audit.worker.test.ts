// The audit chain: what it holds, and what it shows when somebody meddled with it behind our back.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../src/store/store.ts";
import { auditDraft, emptyRegistry } from "../support/worker/registry.ts";

let store: Store;
beforeEach(async () => {
  store = await emptyRegistry();
});

const entries = async (count: number): Promise<void> => {
  for (let n = 1; n <= count; n++) {
    await store.appendAudit(auditDraft({ target: `Service/shop/s${n}`, detail: { n } }));
  }
};

/** What an intruder with the database at hand would do first. */
const dropGuards = (): Promise<unknown> =>
  env.DB.batch([env.DB.prepare("DROP TRIGGER audit_keeps_rows"), env.DB.prepare("DROP TRIGGER audit_keeps_values")]);
const run = (sql: string): Promise<unknown> => env.DB.prepare(sql).run();

describe("the audit chain", () => {
  it("is whole when it is empty", async () => {
    expect(await store.verifyAudit()).toEqual({ ok: true, length: 0 });
  });

  it("gives back what was written, newest first, page by page", async () => {
    await entries(3);
    await store.appendAudit(
      auditDraft({
        outcome: "refused",
        reason: "why",
        before: "b",
        after: "a",
        revision: 7,
        detail: { code: "SLV3001" },
      }),
    );
    const [last] = await store.audit({ limit: 1 });
    expect(last).toMatchObject({
      ...auditDraft({ outcome: "refused", reason: "why", before: "b", after: "a", revision: 7 }),
      seq: 4,
      detail: { code: "SLV3001" },
    });
    expect((await store.audit({ limit: 2, before: 4 })).map(({ seq }) => seq)).toEqual([3, 2]);
    expect(await store.verifyAudit()).toEqual({ ok: true, length: 4 });
  });

  it.each(["\ud800", "a\udfff", "a\u0000b", "\ufeff", "\uffff", "\u{1f600}"])(
    "holds whatever text is in a row: %j",
    async (text) => {
      await store.appendAudit(
        auditDraft({ actor: text, target: text, reason: text, ip: text, detail: { [text]: text } }),
      );
      expect(await store.verifyAudit()).toEqual({ ok: true, length: 1 });
    },
  );

  it("links each row to the one before", async () => {
    await entries(2);
    const [second, first] = await store.audit({ limit: 2 });
    expect(second?.previousHash).toBe(first?.hash);
    expect(first?.previousHash).toBe("0".repeat(64));
    expect(first?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("keeps every row when many are written at once", async () => {
    await Promise.all(Array.from({ length: 12 }, (_, n) => store.appendAudit(auditDraft({ detail: { n } }))));
    const rows = await store.audit({ limit: 100 });
    expect(rows.map(({ detail }) => detail.n).sort((a, b) => Number(a) - Number(b))).toEqual([...Array(12).keys()]);
    expect(await store.verifyAudit()).toEqual({ ok: true, length: 12 });
  });

  it("lets nobody change or remove a row through the database", async () => {
    await entries(1);
    await expect(run("UPDATE audit SET actor = 'eve'")).rejects.toThrow("audit is append-only");
    await expect(run("DELETE FROM audit")).rejects.toThrow("audit is append-only");
  });

  it.each([
    ["an actor was changed", "UPDATE audit SET actor = 'eve' WHERE seq = 3", 3],
    ["a refusal was made an acceptance", "UPDATE audit SET outcome = 'refused' WHERE seq = 2", 2],
    ["a detail was changed", `UPDATE audit SET detail = '{"n":9}' WHERE seq = 4`, 4],
    ["a detail is no JSON any more", "UPDATE audit SET detail = 'x' WHERE seq = 4", 4],
    ["a row is gone from the middle", "DELETE FROM audit WHERE seq = 3", 3],
    ["the first row is gone", "DELETE FROM audit WHERE seq = 1", 1],
    ["the last row is gone", "DELETE FROM audit WHERE seq = 5", 5],
    ["a hash was changed", `UPDATE audit SET hash = '${"a".repeat(64)}' WHERE seq = 1`, 1],
    ["two rows changed places", "UPDATE audit SET seq = CASE seq WHEN 2 THEN 30 ELSE 2 END WHERE seq IN (2, 3)", 2],
  ])("is broken where %s", async (_, sql, brokenAt) => {
    await entries(5);
    await dropGuards();
    await run(sql);
    expect(await store.verifyAudit()).toMatchObject({ ok: false, brokenAt });
  });
});
