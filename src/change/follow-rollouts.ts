// Controllers of Rollouts hear what their documents say: after each change that may be about one, and once a minute for
// what was lost on the way. The mesh object's board tells which of them have heard it already, so none is woken for it.
import { termsDigest } from "../decide/rollout/state.ts";
import type { Env } from "../env/env.ts";
import type { RolloutTerms } from "../model/snapshot/rollout.ts";
import type { ServiceKey } from "../model/snapshot/snapshot.ts";
import { MESH_OBJECT } from "../model/word/refs.ts";
import type { Store } from "../store/store.ts";

/** At a time. */
const TOGETHER = 20;

/** @throws where something could not be told: the next run tells it */
export async function followRollouts(env: Pick<Env, "MESH" | "ROLLOUT">, store: Store): Promise<void> {
  const { ROLLOUT } = env;
  if (ROLLOUT === undefined) {
    return;
  }
  const [documents, { shares = new Map() }] = await Promise.all([
    store.documents({ kind: "Rollout" }),
    env.MESH.getByName(MESH_OBJECT).forced(),
  ]);
  if (documents.length === 0 && shares.size === 0) {
    return;
  }
  const head = await store.head();
  const snapshot = await store.snapshot(head.revision);
  if (snapshot === null) {
    return;
  }
  const wanted = new Map(
    Object.entries(snapshot.services).flatMap(([key, { rollout }]) => (rollout === undefined ? [] : [[key, rollout]])),
  );
  const news: [ServiceKey, RolloutTerms | null][] = [
    ...[...wanted].filter(([key, terms]) => shares.get(key)?.terms !== termsDigest(terms)),
    ...[...shares.keys()].filter((key) => !wanted.has(key)).map((key): [ServiceKey, null] => [key, null]),
  ];
  for (let at = 0; at < news.length; at += TOGETHER) {
    await Promise.all(
      news.slice(at, at + TOGETHER).map(([key, terms]) => ROLLOUT.getByName(key).follow(key, terms, head)),
    );
  }
}
