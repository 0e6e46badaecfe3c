// A WebSocket whose caller was let in by a proof or a policy: its messages pass through here, so that it can be ended
// when that does. Any other stays the runtime's own, from socket to socket.
import { ANONYMOUS } from "../../decide/identity/caller.ts";
import type { Exchange } from "../exchange/exchange.ts";

/** Of the range that applications may use (RFC 6455 §7.4.2), after HTTP's 401. */
const UNAUTHORIZED = 4401;
const REASON = "The right to this connection has ended";
/** The other side is gone without a word. */
const LOST = 1011;
/** Codes that are never sent: they say how a connection ended that ended without one. */
const UNSENT = new Set([1005, 1006, 1015]);

/** Whether there is anything that could end: who calls is proven, or a policy judged the request. */
export function canEnd({ caller, routed: { access, guarded } }: Exchange): boolean {
  const { authentication, authorization = [] } = access.policies;
  const isJudged = authentication !== undefined || authorization.length > 0;
  return guarded !== null || isJudged || caller !== ANONYMOUS;
}

/** @param stillEnters asked again and again, while the socket is open */
export function watched(
  { ports }: Exchange,
  { webSocket, headers }: Response,
  stillEnters: () => Promise<boolean>,
): Response {
  if (webSocket === null) {
    throw new TypeError("Not a WebSocket");
  }
  const { 0: outer, 1: inner } = new WebSocketPair();
  const both = [inner, webSocket];
  for (const one of both) {
    one.binaryType = "arraybuffer";
    one.accept({ allowHalfOpen: true });
  }
  let isChecking = false;
  const check = async (): Promise<void> => {
    if (isChecking) {
      return;
    }
    isChecking = true;
    try {
      if (await stillEnters()) {
        return;
      }
      clearInterval(timer);
      for (const one of both) {
        close(one, UNAUTHORIZED, REASON);
      }
    } finally {
      isChecking = false;
    }
  };
  const timer = setInterval(() => void check(), ports.socketCheckMs);
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
