// Kept requests decided again, by the mesh as it is and as it would be: asked by the admin API, answered by the data
// plane's own walk.
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Receipt } from "./receipt.ts";

interface ReplayQuestion {
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** The oldest first: limits fill as they come. */
  readonly receipts: readonly Receipt[];
}

/** What would become of one request. */
export interface Replayed {
  /** null = a service answers. */
  readonly status: number | null;
  readonly stage: string;
  readonly policy: string | null;
  readonly code: string | null;
  readonly route: string | null;
  /** `<service> <version>`; null = it reaches none. */
  readonly destination: string | null;
}

export interface ReplayedPair {
  readonly receipt: Receipt;
  readonly before: Replayed;
  readonly after: Replayed;
  /** A value that rules read is not known, only that it is none that they name. */
  readonly isUncertain: boolean;
}

export type Replay<Env, Context> = (
  question: ReplayQuestion,
  via: Request,
  env: Env,
  ctx: Context,
) => Promise<readonly ReplayedPair[]>;
