// Every policy of the mesh, compiled, once: a table a kind. A place where a request may be (a service, a backend, a
// rule) says by indexes which of them hold there; which those are was settled by `compile/policy/policy-index.ts`.
import type { Authentication, Authorization } from "./access.ts";
import type { Fault } from "./fault.ts";
import type { Limit } from "./limit.ts";
import type { Traffic } from "./traffic.ts";

/** A table that is absent is empty. */
export interface PolicyTables {
  readonly traffic?: readonly Traffic[];
  /** A RateLimitPolicy has a row for each of its limits; those of Tiers stand behind them. */
  readonly limit?: readonly Limit[];
  readonly fault?: readonly Fault[];
  readonly authentication?: readonly Authentication[];
  readonly authorization?: readonly Authorization[];
  readonly ipAccess?: readonly Readonly<{ policy: string; allow: readonly string[]; deny: readonly string[] }>[];
}

export type PolicyTable = keyof PolicyTables;
export type PolicyRow<Table extends PolicyTable> = NonNullable<PolicyTables[Table]>[number];

/** Of these one policy holds, whole: that of the most specific target. The others add up. */
export type ExclusiveTable = "traffic" | "fault" | "authentication";

/** Indexes into the tables, in the order mesh, gateway, service, route, rule; absent = none. */
export type PolicyIndexes = {
  readonly [Table in PolicyTable]?: Table extends ExclusiveTable ? number : readonly number[];
};

/** What holds at a place. */
export interface Held {
  readonly policies: PolicyIndexes;
  /**
   * The AuthenticationPolicy is attached to the service or to something more specific: it takes the place of
   * `exposure`.
   */
  readonly ownAuthentication?: true;
  /** Where ALLOWs of several namespaces are among them, those of each: one must match of every namespace. */
  readonly apart?: readonly (readonly number[])[];
  /** The rule is of a namespace that was not granted the service: it may lead there, and not around its policies. */
  readonly foreign?: true;
}
