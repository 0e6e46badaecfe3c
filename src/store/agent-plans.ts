// What agents have planned and not confirmed. A plan is taken once: who takes it has it alone.

/** Of one operator, at a time: an agent that plans without end loses its oldest plans, and fills nothing. */
const MOST_PLANS = 20;

export interface StoredPlan {
  /** Of the plan's id and the token that planned it. */
  readonly hash: string;
  readonly owner: string;
  readonly content: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export async function keepPlan(
  db: D1Database,
  { hash, owner, content, expiresAt }: StoredPlan,
  now: number,
): Promise<void> {
  await db.batch([
    db.prepare("DELETE FROM agent_plans WHERE expires_at <= ?1").bind(now),
    db
      .prepare("INSERT INTO agent_plans (hash, owner, content, expires_at) VALUES (?1, ?2, ?3, ?4)")
      .bind(hash, owner, content, expiresAt),
    db
      .prepare(
        `DELETE FROM agent_plans WHERE owner = ?1 AND rowid NOT IN
         (SELECT rowid FROM agent_plans WHERE owner = ?1 ORDER BY expires_at DESC, rowid DESC LIMIT ?2)`,
      )
      .bind(owner, MOST_PLANS),
  ]);
}

/** null = there is none, it was taken, or its time is over. */
export async function takePlan(db: D1Database, hash: string, now: number): Promise<string | null> {
  return db
    .prepare("DELETE FROM agent_plans WHERE hash = ?1 AND expires_at > ?2 RETURNING content")
    .bind(hash, now)
    .first<string>("content");
}
