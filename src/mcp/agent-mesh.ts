// What an agent's tools reach: the admin API with the agent's own token, and the plans that wait to be confirmed. There
// is no other way into the mesh from here, so an agent may do what its token may do.
import type { Role } from "../model/api/resource.ts";
import type { ApiClient } from "../cli/session/client.ts";

/** One call of the admin API, as the client takes it. */
export interface PlannedCall {
  readonly method: "POST" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: object;
  /** YAML documents. */
  readonly documents?: string;
  readonly ifMatch?: string;
}

/** A change that somebody may confirm, exactly as it was planned. */
export interface AgentPlan {
  readonly call: PlannedCall;
  /** The mesh's revision that it was planned on. */
  readonly revision: number;
  readonly reason: string;
  /** One line for people. */
  readonly summary: string;
}

interface KeptPlan {
  readonly planId: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

export interface AgentMesh {
  readonly client: ApiClient;
  /** The same, for the one call that a plan is carried out with: the audit names the plan. */
  readonly carryingOut: (planId: string, reason: string) => ApiClient;
  readonly role: Role;
  readonly keepPlan: (plan: AgentPlan) => Promise<KeptPlan>;
  /** Once; null = it is unknown, used, over, or of another token. */
  readonly takePlan: (planId: string) => Promise<AgentPlan | null>;
  /** A failure of ours in words for the agent; the log has the rest. */
  readonly explainFailure: (error: unknown) => string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}
