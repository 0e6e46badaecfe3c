// What a call of the admin API is: its address, who may make it, what it takes and gives. Handlers are plain functions
// from an exchange to an answer or a refusal; they see no Response, no header of ours and no authentication.
import type * as z from "zod";
import type { Store } from "../../store/store.ts";
import type { Env } from "../../env/env.ts";
import type { Role } from "../../model/api/resource.ts";
import type { ProblemName, Refusal } from "../../model/word/problem.ts";
import type { OperationAnswer } from "../http/answer.ts";
import type { Outcome } from "../http/body.ts";
import type { Consumer } from "../consumer/consumer.ts";
import type { Identity } from "../operator/identity.ts";
import type { Operator } from "../operator/operator.ts";

/** One request to one call, after everything that is the same for all calls has been checked. */
export interface OperationRequest<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly request: Request;
  readonly env: Env;
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
  readonly store: Store;
  readonly operator: Operator;
  /** How the operator was proven. */
  readonly identity: Extract<Identity, { readonly operator: Operator }>;
  /** Milliseconds since the epoch, read once. */
  readonly now: number;
}

/** The same for a consumer of APIs, who is no operator: less is at hand, so that less can be told. */
interface ConsumerRequest<Params, Query> {
  readonly params: Params;
  readonly query: Query;
  readonly request: Request;
  readonly env: Env;
  readonly store: Store;
  readonly consumer: Consumer;
}

/** How a body is read, and how the OpenAPI document describes it. */
export interface BodyKind<Body> {
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>;
  readonly required: boolean;
  readonly read: (request: Request) => Promise<Outcome<Body>>;
}

/**
 * Who may make a call, beyond the role:
 * - `path`: `{ns}` of the path must be among the operator's namespaces (checked before the handler);
 * - `mesh`: only operators that are not limited to namespaces (checked before the handler);
 * - `each`: the handler looks at each thing it reads or writes with `lacksNamespace()` and the like, or `permits()`.
 */
type OperationScope = "path" | "mesh" | "each";

export interface Operation<P extends z.ZodObject, Q extends z.ZodObject, Body, A extends z.ZodType> {
  /** `operationId`, and the action in the audit. */
  readonly id: string;
  readonly method: "get" | "post" | "put" | "delete";
  /** Below `/_selvage/v1`, with `{name}` for parameters. */
  readonly path: `/${string}`;
  readonly role: Role;
  readonly scope: OperationScope;
  /** Whether it changes something; refused writes are audited. */
  readonly writes: boolean;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params: P;
  readonly query: Q;
  readonly body: BodyKind<Body>;
  /** Request headers that mean something to this call, for the OpenAPI document. */
  readonly headers?: readonly { readonly name: string; readonly description: string }[];
  readonly answer: A;
  /** 201 beside 200, where the call may create. */
  readonly creates?: true;
  /** Answers carry an ETag, and `If-None-Match` with it is answered 304. */
  readonly versioned?: true;
  /** Refusals besides those that every call shares. */
  readonly refusals: readonly ProblemName[];
  readonly handle: (
    exchange: OperationRequest<z.output<P>, z.output<Q>, Body>,
  ) => Promise<OperationAnswer<z.output<A>> | Refusal> | OperationAnswer<z.output<A>> | Refusal;
  /** Of a call that only reads: what consumers get, by the credentials of an Application. Left out: nothing. */
  readonly handleConsumer?: (
    exchange: ConsumerRequest<z.output<P>, z.output<Q>>,
  ) => Promise<OperationAnswer<z.output<A>> | Refusal>;
}
