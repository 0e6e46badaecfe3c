// `status` of a resource: what the mesh made of it. Written by the compiler at apply, never by users.
import type { ContractState } from "./identity.ts";

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  /** RFC 3339; kept from the previous status while `status` does not change. */
  readonly lastTransitionTime: string;
}

/** An Override in force over a document, as the document's status shows it. */
export interface OverrideNote {
  /** `Override/<namespace>/<name>`. */
  readonly override: string;
  readonly reason: string;
  readonly expiresAt: string;
  /** JSON Merge Patch (RFC 7396) over the spec. */
  readonly patch: Readonly<Record<string, unknown>>;
}

interface Overridden {
  /** What lies over the spec for now, the oldest first; absent = nothing. */
  readonly overrides?: readonly OverrideNote[];
}

interface Naming {
  /** Hostnames that are the document's namespace's because it names them, and since when (RFC 3339); absent = none. */
  readonly hostnames?: Readonly<Record<string, string>>;
}

/** HTTPRoute: one entry per parentRef, as in the Gateway API. */
export interface RouteStatus extends Overridden, Naming {
  readonly parents: readonly {
    readonly parentRef: Readonly<Record<string, unknown>>;
    readonly controllerName: "selvage.dev/mesh";
    readonly conditions: readonly Condition[];
  }[];
}

/** Gateway: its own conditions and those of each listener. */
export interface GatewayStatus extends Overridden, Naming {
  readonly conditions: readonly Condition[];
  readonly listeners: readonly {
    readonly name: string;
    readonly attachedRoutes: number;
    readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[];
    readonly conditions: readonly Condition[];
  }[];
}

/** Contract: what became of the request. */
interface ContractStatus {
  readonly state: ContractState;
  readonly conditions: readonly Condition[];
}

/** Every other kind. */
interface PlainStatus extends Overridden {
  readonly conditions: readonly Condition[];
}

export type Status = RouteStatus | GatewayStatus | ContractStatus | PlainStatus;
