// Compiled meshes in D1: what goes in comes out, and what is damaged or too new does not.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apply } from "../../src/change/apply.ts";
import { packSnapshot, readNewest, readSnapshot, unpackSnapshot } from "../../src/store/snapshots.ts";
import type { Store } from "../../src/store/store.ts";
import { fromSchema1, type SnapshotOf1 } from "../../src/model/snapshot/schema-1.ts";
import { schemaFault } from "../../src/model/snapshot/schema.ts";
import type { Snapshot } from "../../src/model/snapshot/snapshot.ts";
import sample from "../model/snapshot/schema-1.json";
import { accepted, documents, emptyRegistry, options, service } from "../support/worker/registry.ts";

const schema1: SnapshotOf1 = JSON.parse(JSON.stringify(sample));
let store: Store;
beforeEach(async () => {
  store = await emptyRegistry();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const run = (sql: string): Promise<unknown> => env.DB.prepare(sql).run();
const applied = async (...names: string[]): Promise<void> => {
  for (const name of names) {
    accepted(await apply(store, documents(service(name)), options()));
  }
};

describe("the newest snapshot", () => {
  it("of an empty registry is the empty mesh", async () => {
    expect(await readNewest(env.DB)).toMatchObject({ schema: 2, revision: 0, services: {} });
  });

  it("is the one of the head", async () => {
    await applied("a", "b");
    expect(await readNewest(env.DB)).toEqual(await store.snapshot(2));
    expect(Object.keys((await readNewest(env.DB))?.services ?? {})).toEqual(["shop/a", "shop/b"]);
  });

  it("is an older one when a newer release wrote one of another shape", async () => {
    await applied("a", "b");
    await run("UPDATE snapshots SET schema = 3 WHERE revision = 2");
    expect((await readNewest(env.DB))?.revision).toBe(1);
    expect(await readSnapshot(env.DB, 2)).toBeNull();
  });

  it("of the release before is read as one of this one", async () => {
    await applied("a");
    const text = JSON.stringify({ ...schema1, revision: 1 });
    const { data, ...first } = await packedRow(text);
    await env.DB.prepare("UPDATE snapshots SET schema = 1, data = ?1").bind(data).run();
    const newest = await readNewest(env.DB);
    expect(newest).toEqual({ ...fromSchema1(schema1), revision: 1 });
    expect(await readSnapshot(env.DB, 1)).toEqual(newest);
    expect(await unpackSnapshot([{ ...first, schema: 2, data }])).toBeNull();
  });

  it("that this release does not read is told, with what helps", async () => {
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    await applied("a");
    await run("UPDATE snapshots SET schema = 3");
    expect(await readNewest(env.DB)).toBeNull();
    expect(await readSnapshot(env.DB, 1)).toBeNull();
    const told = warn.mock.calls.map(([line]) => JSON.parse(String(line)));
    expect(told).toEqual([1, 2].map(() => ({ level: "warn", at: "snapshot", revision: 1, message: schemaFault(3) })));
  });

  it("is none when there is none that can be read", async () => {
    await applied("a");
    await run("DELETE FROM snapshots");
    expect(await readNewest(env.DB)).toBeNull();
  });
});

describe("a snapshot", () => {
  it.each([
    ["its data is cut short", "UPDATE snapshots SET data = substr(data, 1, 100)"],
    [
      "a character of its data was changed",
      "UPDATE snapshots SET data = substr(data, 1, 60) || 'AAAA' || substr(data, 65)",
    ],
    ["its data is no base64", "UPDATE snapshots SET data = '*' || data"],
    ["a chunk is missing", "UPDATE snapshots SET chunks = 2"],
    ["it is stored under another revision", "UPDATE snapshots SET revision = 7"],
  ])("is refused when %s", async (_, sql) => {
    await applied("a");
    await run(sql);
    expect(await readNewest(env.DB)).toBeNull();
  });

  it("of many megabytes goes into several rows and comes back whole", async () => {
    // Random text, so that it cannot be compressed away.
    const noise = Array.from({ length: 1500 }, () => crypto.randomUUID().repeat(1) + crypto.randomUUID());
    const big: Snapshot = {
      schema: 2,
      revision: 9,
      policies: {},
      services: Object.fromEntries(
        Array.from({ length: 20_000 }, (_, n) => [
          `shop/${n}-${crypto.randomUUID()}`,
          {
            namespace: "shop",
            name: noise[n % noise.length] ?? "",
            exposure: "public",
            endpoints: [],
            policies: {},
            timeouts: { requestMs: n, perTryMs: 0 },
          },
        ]),
      ),
      router: (await packEmpty()).router,
    };
    const packed = await packSnapshot(big);
    expect(packed.chunks.length).toBeGreaterThan(1);
    expect(packed.chunks.every((chunk) => chunk.length <= 960_000)).toBe(true);
    const rows = packed.chunks.map((data) => ({ revision: 9, chunks: packed.chunks.length, schema: 2, data }));
    expect(await unpackSnapshot(rows)).toEqual(big);
    expect(await unpackSnapshot(rows, Infinity)).toEqual(big);
    expect(await unpackSnapshot(rows.slice(1))).toBeNull();
  });
});

/** A row that holds that text, as a release that wrote it would have. */
async function packedRow(json: string) {
  const { chunks } = await packSnapshot(JSON.parse(json));
  return { revision: 1, chunks: chunks.length, schema: 1, data: chunks[0] ?? "" };
}

async function packEmpty(): Promise<Snapshot> {
  const empty = await readNewest(env.DB);
  if (empty === null) {
    throw new Error("the registry is not empty");
  }
  return empty;
}
