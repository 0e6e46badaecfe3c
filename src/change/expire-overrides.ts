// The end of Overrides: when the time of one has come, the mesh is compiled again without it, as a revision of its own.
// The mesh object's alarm is the clock; the minutely sweep makes up for one that was lost.
import { settingsOf } from "../env/settings.ts";
import type { Env } from "../env/env.ts";
import { announce } from "./announce.ts";
import { change } from "./change.ts";
import { hasExpired } from "../compile/overrides.ts";
import { MESH_OBJECT, refOfDocument } from "../model/word/refs.ts";
import type { StoredDocument } from "../model/registry/registry.ts";
import { Store } from "../store/store.ts";

const ACTOR = "system:overrides";

/**
 * Takes expired Overrides out of force, when there are any.
 * @param now milliseconds since the epoch
 * @returns when to ask again, milliseconds since the epoch; null = none is in force
 */
export async function expireOverrides(
  env: Pick<Env, "DB" | "MESH" | "LOCAL_MESH">,
  now: number,
): Promise<number | null> {
  const store = new Store(env.DB);
  const overrides = await store.documents({ kind: "Override" });
  const due = inForce(overrides).filter(({ document }) => document.kind === "Override" && hasExpired(document, now));
  if (due.length > 0) {
    await recompile(env, store, due, now);
  }
  return nextExpiry(overrides, now);
}

async function recompile(
  env: Pick<Env, "MESH" | "LOCAL_MESH">,
  store: Store,
  due: readonly StoredDocument[],
  now: number,
): Promise<void> {
  const refs = due.map(({ document }) => refOfDocument(document));
  const reason = `${refs.slice(0, 5).join(", ")}${refs.length > 5 ? ` and ${refs.length - 5} more` : ""} expired`;
  const outcome = await change(
    store,
    {
      dryRun: false,
      strict: false,
      expected: null,
      recompile: true,
      manager: ACTOR,
      actor: ACTOR,
      source: "expire",
      reason,
      now: new Date(now).toISOString(),
      localMesh: settingsOf(env).isLocalMesh,
      meshDomain: settingsOf(env).meshDomain,
    },
    { incoming: [], target: refs.length === 1 ? (refs[0] ?? "mesh") : "mesh", rolledBackTo: null },
    ({ documents }) => ({
      ok: true,
      plan: { changes: [], next: documents.map(({ document }) => document), findings: [] },
    }),
  );
  if (!outcome.ok) {
    throw new Error(outcome.refusal.detail);
  }
  await announce(env, await store.head());
}

/** Tells the mesh object when the next Override expires. Lost, it is made up for by the sweep. */
export async function scheduleExpiry(env: Pick<Env, "DB" | "MESH">, now: number): Promise<void> {
  const overrides = await new Store(env.DB).documents({ kind: "Override" });
  await env.MESH.getByName(MESH_OBJECT).expireAt(nextExpiry(overrides, now));
}

/** What the mesh was last compiled with. */
function inForce(overrides: readonly StoredDocument[]): StoredDocument[] {
  return overrides.filter(
    ({ status }) =>
      status !== null &&
      "conditions" in status &&
      status.conditions.some(({ type, status: word }) => type === "Active" && word === "True"),
  );
}

function nextExpiry(overrides: readonly StoredDocument[], now: number): number | null {
  const times = overrides.flatMap(({ document }) =>
    document.kind === "Override" && !hasExpired(document, now) ? [Date.parse(document.spec.expiresAt)] : [],
  );
  return times.length === 0 ? null : Math.min(...times);
}
