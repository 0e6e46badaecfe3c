// THE order: every stage that decides about a request, for traffic through the mesh and for requests that other
// people's proxies ask about. What is added here holds for both. Each says what it found; the walk alone writes it
// down.
import { inspectRequest, keptRequestId } from "../decide/header/headers.ts";
import { ANONYMOUS } from "../decide/identity/caller.ts";
import { settingsOf } from "../env/settings.ts";
import type { Env } from "../env/env.ts";
import type { IsolateState } from "../isolate/state.ts";
import type { HeaderPair, ServiceKey } from "../model/snapshot/snapshot.ts";
import { problems } from "../model/word/problem.ts";
import { admit, type Incoming } from "./admit.ts";
import { answer } from "./answer.ts";
import { bodiless } from "./bodiless.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import type { Body } from "./exchange/body.ts";
import type { Decided, Ended, Exchange, Learned, Ports, Routed, Stage, Trace } from "./exchange/exchange.ts";
import { GO_ON, nowhere } from "./exchange/decided.ts";
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

/** @returns null = the request may go on; a promise only where a stage has something to wait for */
export function walk(exchange: Exchange, stages: readonly Stage[]): Ended | null | Promise<Ended | null> {
  let passed = 0;
  for (const stage of stages) {
    passed += 1;
    const deciding = stage(exchange);
    if (deciding instanceof Promise) {
      return walkOn(exchange, deciding, stages.slice(passed));
    }
    const ended = take(exchange, deciding);
    if (ended !== null) {
      return ended;
    }
  }
  return null;
}

async function walkOn(exchange: Exchange, deciding: Promise<Decided>, rest: readonly Stage[]): Promise<Ended | null> {
  return take(exchange, await deciding) ?? walk(exchange, rest);
}

function take(exchange: Exchange, decided: Decided): Ended | null {
  if ("no" in decided) {
    return decided;
  }
  if (decided !== GO_ON) {
    learn(exchange, decided.ok);
  }
  return null;
}

/** The only place that writes to an exchange. */
function learn(exchange: Exchange, { caller, badProof, routed, body, limits, isTold, edits }: Learned): void {
  if (caller !== undefined) {
    exchange.caller = caller;
  }
  if (badProof !== undefined) {
    exchange.badProof = badProof;
  }
  if (routed !== undefined) {
    exchange.routed = routed;
  }
  if (body !== undefined) {
    exchange.body = body;
  }
  if (limits !== undefined) {
    exchange.limits = limits;
  }
  if (isTold !== undefined) {
    exchange.isTold = isTold;
  }
  if (edits !== undefined) {
    for (const edit of edits) {
      exchange.headers.edit(edit);
    }
  }
}

/** What a request is decided with: an isolate's, whoever asks. */
interface Around {
  readonly ports: Ports;
  readonly state: IsolateState;
  readonly env: Env;
  readonly ctx: ExecutionContext;
  readonly trace: Trace | undefined;
}

interface Asked {
  readonly request: Incoming;
  /** The platform's own request: the same, or a proxy's question. */
  readonly via: Request;
  /** The service that another proxy is about to send it to; null = the mesh itself sends it. */
  readonly meant: ServiceKey | null;
}

/**
 * Decides, and always answers.
 *
 * @param go what is done with a request that may go on
 * @param no what becomes of the mesh's own answer to one that may not; the exchange is null where there was none yet
 */
export async function decideRequest<Result extends object>(
  around: Around,
  asked: Asked,
  go: (exchange: Exchange) => Promise<Result | Ended> | Ended,
  no: (answer: Response, exchange: Exchange | null, ended: Ended) => Result | Promise<Result>,
  stages: readonly Stage[] = STAGES,
): Promise<Result> {
  const { ports, state, env, ctx } = around;
  const { request } = asked;
  const startedAtMs = ports.now();
  const inspected = inspectRequest(request.headers);
  // Whether an open WebSocket may stay is no request, and neither is one that is only explained.
  const isReal = stages === STAGES;
  const pass = inspected.trace === null || !isReal ? null : await tracePass(around, inspected.trace, startedAtMs);
  const trace = around.trace ?? (isReal ? sampled(around, inspected.traceparent, startedAtMs, pass) : undefined);
  const requestId = keptRequestId(inspected.requestId) ?? ports.newId();
  const by = { requestId, url: asked.via.url, method: request.method, revision: 0 };
  const refuse = (ended: Ended, exchange: Exchange | null) => {
    const response = reply(ended, by, exchange);
    const { status } = response;
    if (isReal) {
      observeOwn(around, exchange, ended, status, startedAtMs);
      keepOwn({ ports, state, env, ctx, trace, asked: by }, exchange, ended, status, startedAtMs);
    }
    logOwn(settingsOf(env), request, by, ended, { status, took: ports.now() - startedAtMs });
    return no(response, exchange, ended);
  };
  try {
    const loading = ports.current(env, ctx, startedAtMs, asked.via);
    const live = loading instanceof Promise ? await loading : loading;
    if (live === null) {
      return await refuse(NOT_READY, null);
    }
    by.revision = live.snapshot.revision;
    const settings = settingsOf(env);
    const admitted = admit(request, inspected, { settings, state }, requestId);
    if ("problem" in admitted) {
      return await refuse({ no: admitted, stage: "admit", policy: "none" }, null);
    }
    trace?.("admit", { host: admitted.host, path: admitted.path, entry: admitted.entry });
    const body: Body = admitted.body === null ? NO_BODY : { kind: "stream", stream: admitted.body };
    const { headers } = admitted;
    const { via, meant } = asked;
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
      startedAtMs,
      meant,
      caller: ANONYMOUS,
      badProof: null,
      routed: UNROUTED,
      body,
      limits: NO_LIMITS,
      isTold: false,
    };
    const walking = walk(exchange, stages);
    const ended = (walking instanceof Promise ? await walking : walking) ?? (await go(exchange));
    return "no" in ended ? await refuse(ended, exchange) : ended;
  } catch (error) {
    // A bug of ours: told to the operator, not to the caller.
    reportError(error);
    return refuse(MISTAKE, null);
  }
}

/** A rule may lead to backends with policies of their own, by lot: one that lets the request in is enough. */
const DRAWS = 3;

/** Whether a request that was let in would be let in now as well. What cannot be told now ends nothing. */
export async function stillEnters(around: Around, asked: Asked): Promise<boolean> {
  for (let draw = 0; draw < DRAWS; draw++) {
    const { isIn } = await decideRequest<{ readonly isIn: boolean }>(
      { ...around, trace: undefined },
      asked,
      ({ routed: { destination } }) => Promise.resolve({ isIn: !isGone(destination) }),
      ({ status }) => ({ isIn: status >= 500 }),
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
