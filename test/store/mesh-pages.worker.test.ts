// The whole mesh, read a page at a time: all of it, in order, and of one revision.
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { apply } from "../../src/change/apply.ts";
import { readMesh } from "../../src/store/documents.ts";
import type { Store } from "../../src/store/store.ts";
import { accepted, documents, emptyRegistry, options, service } from "../support/worker/registry.ts";

let store: Store;
beforeEach(async () => {
  store = await emptyRegistry();
  const names = ["a", "b", "c", "d", "e", "f"];
  accepted(await apply(store, documents(names.map((name) => service(name)).join("")), options()));
});

const namesOf = (read: Awaited<ReturnType<typeof readMesh>>): string[] =>
  read.documents.map(({ document }) => document.metadata.name);

/** The database, with something that happens before the nth batch; counts them. */
function watched(before: (nth: number) => Promise<unknown>): { readonly db: D1Database; batches: number } {
  const seen = { batches: 0, db: env.DB };
  seen.db = new Proxy(env.DB, {
    get: (target, name) => {
      if (name === "batch") {
        return async (statements: D1PreparedStatement[]) => {
          seen.batches += 1;
          await before(seen.batches);
          return target.batch(statements);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return seen;
}

it.each([1, 2, 4, 6, 7, 1000])("%i documents at a time are all of them, in order", async (atATime) => {
  const read = await readMesh(env.DB, atATime);
  expect(namesOf(read)).toEqual(["a", "b", "c", "d", "e", "f"]);
  expect(read).toEqual(await store.mesh());
});

it("begins anew when the mesh has moved between two pages", async () => {
  const seen = watched(async (nth) => {
    if (nth === 2) {
      accepted(await apply(store, documents(service("aa") + service("g")), options()));
    }
  });
  const read = await readMesh(seen.db, 4);
  expect(read.head.revision).toBe(2);
  expect(namesOf(read)).toEqual(["a", "aa", "b", "c", "d", "e", "f", "g"]);
  expect(seen.batches).toBe(2 + 3);
});

it("reads a mesh at one go that moves each time", async () => {
  const seen = watched(async (nth) => {
    if (nth % 2 === 0) {
      accepted(await apply(store, documents(service(`z${nth}`)), options()));
    }
  });
  const read = await readMesh(seen.db, 4);
  expect(read.head.revision).toBe(4);
  expect(namesOf(read)).toEqual(["a", "b", "c", "d", "e", "f", "z2", "z4", "z6"]);
  expect(seen.batches).toBe(7);
});
