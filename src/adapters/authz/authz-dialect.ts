// How one proxy puts its question, and takes the answer.
import type { Decision, Question } from "../../model/message/decision.ts";

/** What a request is about, as the URL of the proxy's own call says it. */
interface AdapterCall {
  readonly request: Request;
  /** Path and query behind the service, as they came; `""` = none. */
  readonly rest: string;
  /** How many proxies append to `X-Forwarded-For`, the one that asks included. */
  readonly trustedHops: number;
}

type AdapterQuestion = Omit<Question, "service" | "via">;

export interface Dialect {
  /** Can the proxy be told to forward another path than the client's? Then it gets the one that was judged. */
  readonly takesPath: boolean;
  /** A text says what is missing: the proxy is not set up for this. */
  readonly ask: (call: AdapterCall) => AdapterQuestion | string;
  readonly answer: (decision: Decision) => Response;
}
