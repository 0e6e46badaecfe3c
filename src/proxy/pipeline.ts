// Traffic through the mesh: the walk that every request takes, then what the mesh does because it carries the request
// itself, and back. Which stages decide, and in which order, is in decide-request.ts.
import type { Env } from "../env/env.ts";
import { isolateState, type IsolateState } from "../isolate/state.ts";
import { decideRequest, stillEnters, type AskedRequest, type RequestOutcome } from "./decide-request.ts";
import type { Ended, Exchange, Ports, Stage, Trace } from "./exchange/exchange.ts";
import { ownState, ports } from "./exchange/ports.ts";
import { keepAnswer } from "./exchange/keep.ts";
import { observeAnswer } from "./exchange/observe.ts";
import { logAnswer } from "./exchange/request-log.ts";
import { fault } from "./fault.ts";
import { forward, notForwarded } from "./forward.ts";
import type { Forwarded } from "./call/tries.ts";
import { respond } from "./respond.ts";
import { split } from "./split.ts";
import { kept } from "./transfer/web-socket.ts";
import { tell } from "./tell.ts";
import { walk } from "./exchange/walk.ts";

type Proxy = (request: Request, env: Env, ctx: ExecutionContext, trace?: Trace) => Response | Promise<Response>;

/** Production's proxy: everything that is not under `/_selvage/`. */
export const proxy: Proxy = createProxy(ports, isolateState);

/** @param stateOf of the isolate, on purpose: what it holds of limits and knows of endpoints outlives requests */
export function createProxy(outside: Ports, stateOf: () => IsolateState = ownState(outside)): Proxy {
  return (request, env, ctx, trace) => {
    const around = { ports: outside, state: stateOf(), env, ctx, trace };
    return decideRequest(around, { request, via: request, meant: null }, OUTCOME);
  };
}

const OUTCOME: RequestOutcome<Response> = { go: carry, no: (answer) => answer };

/** Nothing here refuses a caller: what a proxy of somebody else does by itself is no decision about the request. */
const CARRIED: readonly Stage[] = [
  // Faults may be put in for one caller only.
  tell,
  // After everything that may refuse the request, so that nobody gets past a guard by a fault.
  fault,
  // By who calls, which is known by now; a request that gets a fault meets neither version.
  split,
];

function carry(exchange: Exchange, asked: AskedRequest): Response | Ended | Promise<Response | Ended> {
  const walking = walk(exchange, CARRIED);
  return walking instanceof Promise
    ? walking.then((ended) => ended ?? send(exchange, asked))
    : (walking ?? send(exchange, asked));
}

function send(exchange: Exchange, asked: AskedRequest): Response | Ended | Promise<Response | Ended> {
  return forward<Response | Ended>(exchange, (forwarded) =>
    "problem" in forwarded ? notForwarded(exchange, forwarded) : answered(exchange, forwarded, asked),
  );
}

function answered(exchange: Exchange, forwarded: Forwarded, asked: AskedRequest): Response {
  const { response: said, endedAtMs } = forwarded;
  const { status } = said;
  const isSocket = status === 101 && said.webSocket !== null;
  const response = respond(
    exchange,
    isSocket ? kept(exchange, forwarded, () => stillEnters(exchange, asked)) : forwarded,
  );
  observeAnswer(exchange, forwarded, status, endedAtMs);
  keepAnswer(exchange, forwarded.endpoint, status, endedAtMs);
  logAnswer(exchange, forwarded.endpoint, response);
  return response;
}
