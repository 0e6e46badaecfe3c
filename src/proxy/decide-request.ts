// THE order: every stage that decides about a request, for traffic through the mesh and for requests that other
// people's proxies ask about. What is added here holds for both. Each says what it found; the walk alone writes it
// down.
import { inspectRequest, keptRequestId, type RequestHeaders } from "../decide/header/headers.ts";
import { ANONYMOUS } from "../decide/identity/caller.ts";
import { settingsOf } from "../env/settings.ts";
import type { Env } from "../env/env.ts";
import type { Live } from "../isolate/snapshot.ts";
import type { IsolateState } from "../isolate/state.ts";
import type { HeaderPair, ServiceKey } from "../model/snapshot/snapshot.ts";
import { problems } from "../model/word/problem.ts";
import { admit, type Incoming } from "./admit.ts";
import { answer } from "./answer.ts";
import { bodiless } from "./bodiless.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import type { Body } from "./exchange/body.ts";
import type { Ended, Exchange, Ports, Routed, Stage, Trace } from "./exchange/exchange.ts";
import { nowhere } from "./exchange/decided.ts";
import { keepOwn, sampled } from "./exchange/keep.ts";
import { observeOwn } from "./exchange/observe.ts";
import { logOwn } from "./exchange/request-log.ts";
import { tracePass } from "./exchange/trace-pass.ts";
import { externalAuth } from "./external-auth.ts";
import { identify } from "./identify.ts";
import { ipAccess } from "./ip-access.ts";
import { limit } from "./limit.ts";
import { preflight } from "./preflight.ts";
import { reply } from "./respond.ts";
import { route } from "./route.ts";
import { walk } from "./exchange/walk.ts";

export const STAGES: readonly Stage[] = [
  // Which routes a namespace sees depends on who asks.
  identify,
  // Everything below is said by the rule or the service that the request meets: also what stands on a refusal.
  route,
  // What cannot be sent on as it came is not worth a look at anything else.
  bodiless,
  // An address that is shut out costs nothing more: no permission is told, and no proof is checked.
  ipAccess,
  // Browsers ask for permission without credentials.
  preflight,
  // Nobody is told anything of a rule, its redirects included, who may not come to it.
  authenticate,
  // What a caller may do depends on who it is.
  authorize,
  // A request that is refused above spends nothing; one that the rule answers by itself is under the rule's limits,
  // too.
  limit,
  // What a rule answers by itself needs no service, and what leads nowhere ends here.
  answer,
  // Costs a call of another service, so it comes after everything that is known here.
  externalAuth,
];

/** Those that are explained in words of their own. */
export const NAMED_STAGES = {
  identify,
  route,
  bodiless,
  preflight,
  authenticate,
  authorize,
  limit,
  answer,
  externalAuth,
};

/** What says whether a caller may come in at all. Who is in spends no more of a limit. */
const GUARDS = STAGES.slice(0, STAGES.indexOf(limit));

/** What a request is decided with: an isolate's, whoever asks. */
interface Around {
  readonly ports: Ports;
  readonly state: IsolateState;
  readonly env: Env;
  readonly ctx: ExecutionContext;
  readonly trace: Trace | undefined;
}

export interface AskedRequest {
  readonly request: Incoming;
  /** The platform's own request: the same, or a proxy's question. */
  readonly via: Request;
  /** The service that another proxy is about to send it to; null = the mesh itself sends it. */
  readonly meant: ServiceKey | null;
}

/** What becomes of a request once it is decided. */
export interface RequestOutcome<Result> {
  /** What is done with a request that may go on. */
  readonly go: (exchange: Exchange, asked: AskedRequest) => Result | Ended | Promise<Result | Ended>;
  /** Of the mesh's own answer to one that may not; the exchange is null where there was none yet. */
  readonly no: (answer: Response, exchange: Exchange | null, ended: Ended) => Result | Promise<Result>;
}

/** Decides, and always answers; a promise only where something has to be waited for. */
export function decideRequest<Result extends object>(
  around: Around,
  asked: AskedRequest,
  outcome: RequestOutcome<Result>,
  stages: readonly Stage[] = STAGES,
): Result | Promise<Result> {
  return new Deciding(around, asked, outcome, stages).begin();
}

/** One request, from its headers to its answer: one object, since whatever waits holds on to all of it. */
class Deciding<Result extends object> {
  readonly #around: Around;
  readonly #asked: AskedRequest;
  readonly #outcome: RequestOutcome<Result>;
  readonly #stages: readonly Stage[];
  readonly #startedAtMs: number;
  readonly #inspected: RequestHeaders;
  readonly #by: { readonly requestId: string; readonly method: string; revision: number };
  #trace: Trace | undefined;

  constructor(around: Around, asked: AskedRequest, outcome: RequestOutcome<Result>, stages: readonly Stage[]) {
    const { request } = asked;
    this.#around = around;
    this.#asked = asked;
    this.#outcome = outcome;
    this.#stages = stages;
    this.#startedAtMs = around.ports.now();
    this.#inspected = inspectRequest(request.headers);
    this.#trace = around.trace;
    const requestId = keptRequestId(this.#inspected.requestId) ?? around.ports.newId();
    this.#by = { requestId, method: request.method, revision: 0 };
  }

  /** Whether an open WebSocket may stay is no request, and neither is one that is only explained. */
  get #isReal(): boolean {
    return this.#stages === STAGES;
  }

  begin(): Result | Promise<Result> {
    const { trace } = this.#inspected;
    try {
      return trace !== null && this.#isReal
        ? this.#behind(tracePass(this.#around, trace, this.#startedAtMs), (pass) => this.#load(pass))
        : this.#load(null);
    } catch (error) {
      return this.#mistake(error);
    }
  }

  #load(pass: Awaited<ReturnType<typeof tracePass>>): Result | Promise<Result> {
    const { ports, env, ctx } = this.#around;
    if (this.#isReal) {
      this.#trace ??= sampled(this.#around, this.#inspected.traceparent, this.#startedAtMs, pass);
    }
    const loading = ports.current(env, ctx, this.#startedAtMs, this.#asked.via);
    return loading instanceof Promise ? this.#behind(loading, (live) => this.#decide(live)) : this.#decide(loading);
  }

  #decide(live: Live | null): Result | Promise<Result> {
    if (live === null) {
      return this.#refuse(NOT_READY, null);
    }
    const { ports, state, env, ctx } = this.#around;
    const { request, via, meant } = this.#asked;
    const trace = this.#trace;
    this.#by.revision = live.snapshot.revision;
    const settings = settingsOf(env);
    const admitted = admit(request, this.#inspected, { settings, state }, this.#by);
    if ("problem" in admitted) {
      return this.#refuse({ no: admitted, stage: "admit", policy: "none" }, null);
    }
    trace?.("admit", { host: admitted.host, path: admitted.path, entry: admitted.entry });
    const body: Body = admitted.body === null ? NO_BODY : { kind: "stream", stream: admitted.body };
    const { headers } = admitted;
    // In one piece: an object of this size that is spread together costs three times as much.
    const exchange: Exchange = {
      ports,
      state,
      env,
      ctx,
      trace,
      settings,
      live,
      admitted,
      headers,
      left: () => via.signal,
      startedAtMs: this.#startedAtMs,
      meant,
      caller: ANONYMOUS,
      badProof: null,
      routed: UNROUTED,
      body,
      limits: NO_LIMITS,
      isTold: false,
    };
    const walking = walk(exchange, this.#stages);
    return walking instanceof Promise
      ? this.#behind(walking, (ended) => this.#go(exchange, ended))
      : this.#go(exchange, walking);
  }

  #go(exchange: Exchange, refused: Ended | null): Result | Promise<Result> {
    const going = refused ?? this.#outcome.go(exchange, this.#asked);
    return going instanceof Promise
      ? going.then(
          (ended) => this.#end(ended, exchange),
          (error: unknown) => this.#mistake(error),
        )
      : this.#end(going, exchange);
  }

  #end(ended: Result | Ended, exchange: Exchange): Result | Promise<Result> {
    return "no" in ended ? this.#refuse(ended, exchange) : ended;
  }

  /** Nobody else catches what is thrown behind something that was waited for. */
  async #behind<Value>(waiting: Promise<Value>, next: (value: Value) => Result | Promise<Result>): Promise<Result> {
    try {
      return await next(await waiting);
    } catch (error) {
      return this.#mistake(error);
    }
  }

  #refuse(ended: Ended, exchange: Exchange | null): Result | Promise<Result> {
    try {
      const answering = this.#answer(ended, exchange);
      return answering instanceof Promise ? answering.catch((error: unknown) => this.#mistake(error)) : answering;
    } catch (error) {
      return this.#mistake(error);
    }
  }

  /** A bug of ours: told to the operator, not to the caller. */
  #mistake(error: unknown): Result | Promise<Result> {
    this.#around.ports.mistaken(error);
    return this.#answer(MISTAKE, null);
  }

  #answer(ended: Ended, exchange: Exchange | null): Result | Promise<Result> {
    const { ports, state, env, ctx } = this.#around;
    const [by, startedAtMs] = [this.#by, this.#startedAtMs];
    const response = reply(ended, { ...by, url: this.#asked.via.url }, exchange);
    const { status } = response;
    if (this.#isReal) {
      observeOwn(this.#around, exchange, ended, status, startedAtMs);
      keepOwn({ ports, state, env, ctx, trace: this.#trace, asked: by }, exchange, ended, status, startedAtMs);
    }
    logOwn(settingsOf(env), this.#asked.request, by, ended, { status, took: ports.now() - startedAtMs });
    return this.#outcome.no(response, exchange, ended);
  }
}

/** A rule may lead to backends with policies of their own, by lot: one that lets the request in is enough. */
const DRAWS = 3;

/** Whether a request that was let in would be let in now as well. What cannot be told now ends nothing. */
export async function stillEnters(around: Around, asked: AskedRequest): Promise<boolean> {
  for (let draw = 0; draw < DRAWS; draw++) {
    const { isIn } = await decideRequest<{ readonly isIn: boolean }>(
      { ...around, trace: undefined },
      asked,
      {
        go: ({ routed: { destination } }) => ({ isIn: !isGone(destination) }),
        no: ({ status }) => ({ isIn: status >= 500 }),
      },
      GUARDS,
    );
    if (isIn) {
      return true;
    }
  }
  return false;
}

/** There is nothing any more where the request led: its service or its route was taken away. */
function isGone(destination: Routed["destination"]): boolean {
  return "problem" in destination && problems[destination.problem].status < 500;
}

const NO_BODY: Body = { kind: "none" };
const NO_LIMITS: readonly HeaderPair[] = [];
const UNROUTED = nowhere({ problem: "noRoute", detail: "The request was not routed" });

const NOT_READY: Ended = {
  no: {
    problem: "notReady",
    detail: "The mesh could not load its configuration",
    headers: { "retry-after": "2" },
  },
  stage: "configuration",
  policy: "none",
};
const MISTAKE: Ended = {
  no: { problem: "internal", detail: "The mesh failed while it handled the request" },
  stage: "admit",
  policy: "none",
};
