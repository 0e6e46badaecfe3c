// An open WebSocket ends when its caller would not be let in any more, or when the mesh stops. Where the caller was let
// in by a proof or a policy, its messages pass through here, and it is told why. Any other stays the runtime's own,
// from socket to socket, which holds nothing for a stranger who does not read; such a one can only be broken off.
import { ANONYMOUS } from "../../decide/identity/caller.ts";
import type { Exchange } from "../exchange/exchange.ts";

/** Of the range that applications may use (RFC 6455 §7.4.2), after HTTP's 401. */
const UNAUTHORIZED = 4401;
const REASON = "The right to this connection has ended";
const GOING_AWAY = 1001;
/** How often it is looked whether the mesh stops. */
const STOP_CHECK_MS = 1000;
/** On Cloudflare nothing runs on for longer once an answer has been handed over. */
const PLATFORM_MS = 25_000;
/** The other side is gone without a word. */
const LOST = 1011;
/** Codes that are never sent: they say how a connection ended that ended without one. */
const UNSENT = new Set([1005, 1006, 1015]);

/** Whether there is anything that could end: who calls is proven, or a policy judged the request. */
function canEnd({ caller, routed: { access, guarded } }: Exchange): boolean {
  const { authentication, authorization = [] } = access.policies;
  const isJudged = authentication !== undefined || authorization.length > 0;
  return guarded !== null || isJudged || caller !== ANONYMOUS;
}

interface Opened {
  readonly response: Response;
  /** Breaks the connection to the service off. */
  readonly attempt: { drop(): void };
}

/** @param stillEnters asked again and again, while the socket is open */
export function kept<Answer extends Opened>(
  exchange: Exchange,
  opened: Answer,
  stillEnters: () => Promise<boolean>,
): Answer {
  if (canEnd(exchange)) {
    return { ...opened, response: watched(exchange, opened.response, stillEnters) };
  }
  exchange.ctx.waitUntil(follow(exchange, () => opened.attempt.drop(), stillEnters));
  return opened;
}

/** The runtime does not say when its own socket has ended: then there is nothing to break off. */
async function follow(exchange: Exchange, drop: () => void, stillEnters: () => Promise<boolean>): Promise<void> {
  const { ports, state, settings, startedAtMs } = exchange;
  const untilMs = settings.isLocalMesh ? Infinity : startedAtMs + PLATFORM_MS;
  state.followedSockets.set(exchange, true);
  let checkAtMs = ports.now() + ports.socketCheckMs;
  for (;;) {
    await ports.sleep(Math.min(STOP_CHECK_MS, ports.socketCheckMs));
    const now = ports.now();
    if (!state.followedSockets.has(exchange) || now > untilMs) {
      return;
    }
    if (state.isStopping || (now >= checkAtMs && !(await stillEnters()))) {
      state.followedSockets.delete(exchange);
      drop();
      return;
    }
    if (now >= checkAtMs) {
      checkAtMs = now + ports.socketCheckMs;
    }
  }
}

function watched({ ports, state }: Exchange, answer: Response, stillEnters: () => Promise<boolean>): Response {
  const { webSocket, headers } = answer;
  if (webSocket === null) {
    return answer;
  }
  const { 0: outer, 1: inner } = new WebSocketPair();
  const both = [inner, webSocket];
  for (const one of both) {
    one.binaryType = "arraybuffer";
    one.accept({ allowHalfOpen: true });
  }
  const end = (code: number, reason: string): void => {
    clearInterval(timer);
    for (const one of both) {
      close(one, code, reason);
    }
  };
  let isChecking = false;
  let checkAtMs = ports.now() + ports.socketCheckMs;
  const check = async (): Promise<void> => {
    if (state.isStopping) {
      end(GOING_AWAY, "The mesh is stopping");
      return;
    }
    if (isChecking || ports.now() < checkAtMs) {
      return;
    }
    isChecking = true;
    try {
      if (!(await stillEnters())) {
        end(UNAUTHORIZED, REASON);
      }
    } finally {
      isChecking = false;
      checkAtMs = ports.now() + ports.socketCheckMs;
    }
  };
  const timer = setInterval(() => void check(), Math.min(STOP_CHECK_MS, ports.socketCheckMs));
  const ended = (): void => clearInterval(timer);
  pass(inner, webSocket, ended);
  pass(webSocket, inner, ended);
  return new Response(null, { status: 101, webSocket: outer, headers });
}

function pass(from: WebSocket, to: WebSocket, ended: () => void): void {
  from.addEventListener("message", ({ data }) => {
    if (to.readyState === WebSocket.READY_STATE_OPEN) {
      to.send(data);
    }
  });
  from.addEventListener("close", ({ code, reason }) => {
    ended();
    close(to, code, reason);
    close(from, code, reason);
  });
  from.addEventListener("error", () => {
    ended();
    close(to, LOST, "");
  });
}

function close(socket: WebSocket, code: number, reason: string): void {
  try {
    if (UNSENT.has(code)) {
      socket.close(code === 1005 ? undefined : LOST);
    } else {
      socket.close(code, reason);
    }
  } catch {
    // It has ended already.
  }
}
