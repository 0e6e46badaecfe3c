// What a proxy that users already run asks the mesh about a request, and what it is told: plain data that each proxy's
// dialect is written into.
import type { HeaderPair, ServiceKey } from "../snapshot/snapshot.ts";

/** A request as somebody else's proxy saw it. */
export interface Question {
  /** The proxy's own request to the mesh. */
  readonly via: Request;
  readonly service: ServiceKey;
  readonly method: string;
  /** Absolute; path and query exactly as the client sent them. */
  readonly url: string;
  readonly headers: Headers;
  /** null = the proxy does not say. */
  readonly clientAddress: string | null;
}

export type Decision =
  | {
      readonly allowed: true;
      readonly requestId: string;
      readonly revision: number;
      /** What decided: `HTTPRoute/shop/orders/0`, `Service/shop/orders`. */
      readonly policy: string;
      /** Canonical, without the query: what was judged, and what the proxy is to forward in place of the client's. */
      readonly path: string;
      /** For the service: overwrite those that the client sent. */
      readonly upstream: readonly HeaderPair[];
      /** Names that the service must not see. */
      readonly remove: readonly string[];
      /** For the client, with the service's answer: where it stands with the limits, and whether a page may read it. */
      readonly client: readonly HeaderPair[];
      /**
       * A browser's question, and what the mesh answers: for proxies that can hand the client a success of somebody
       * else's. With the others the service answers, and `client` gives the permission. Absent = any other request.
       */
      readonly preflight?: Response;
    }
  /** As the mesh itself would have answered: a refusal, a redirect, a fixed answer. */
  | { readonly allowed: false; readonly response: Response };

export type Judge<Env, Context> = (question: Question, env: Env, ctx: Context) => Promise<Decision>;
