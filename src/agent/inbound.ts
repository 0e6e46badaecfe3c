// The proxy in front of the app: lets in what came through the mesh for this very service, and nothing else. Two paths
// are the agent's own, and the app's health path answers strangers with what is known of the app, without asking it.
import type { IncomingMessage } from "node:http";
import type { Refusal } from "../model/word/problem.ts";
import { verifyRequest, type Verification, type VerifyOptions } from "../verify/verify-request.ts";
import type { AppVerdict } from "./app-health.ts";
import type { ListenAddress } from "./bounded-server.ts";
import { keptHeaders } from "./kept-headers.ts";
import type { OwnAnswer } from "./own-answer.ts";
import { startProxy, type AgentProxy, type Judgement } from "./proxy.ts";
import { upstreamAt } from "./upstream.ts";

interface InboundOptions {
  readonly listen: ListenAddress;
  readonly app: URL;
  /** The app's health path; null = it has none. */
  readonly healthPath: string | null;
  readonly verify: VerifyOptions;
  /** Explains the codes of problems. */
  readonly mesh: string;
  readonly stallMs: number;
  /** How the app is, and whether the mesh may send requests. */
  state(): { readonly app: AppVerdict; readonly isReady: boolean };
}

const ALIVE_PATH = "/_selvage/healthz";
const READY_PATH = "/_selvage/readyz";
const ASSERTION = "selvage-assertion";
/** Some servers close a connection that idles for two seconds. */
const APP_IDLE_MS = 1_000;
const NOTHING: ReadonlySet<string> = new Set();

/** Listening when it answers; throws what listening throws. */
export function startInbound(options: InboundOptions): Promise<AgentProxy> {
  const { listen, app, mesh, stallMs } = options;
  return startProxy({
    listen,
    words: { side: "inbound", mesh },
    upstream: upstreamAt(app, APP_IDLE_MS),
    stallMs,
    judge: async (incoming) => {
      const answer = ownAnswer(incoming, options);
      return answer === null ? judge(incoming, options.verify) : { is: "answered", answer };
    },
    unanswered: (reason) => ({
      problem: "upstreamFailed",
      detail: `The app at ${app.host} gave no answer (${reason}).`,
    }),
  });
}

async function judge({ method = "GET", url = "/", headers, rawHeaders }: IncomingMessage, verify: VerifyOptions) {
  const get = (name: string): string | null => {
    const value = headers[name];
    // Sent twice it is none that can be read.
    return Array.isArray(value) ? value.join(", ") : (value ?? null);
  };
  const verified = await verifyRequest({ method, url, headers: { get } }, verify);
  return verified.ok
    ? ({
        is: "passed",
        head: { target: url, headers: keptHeaders(rawHeaders, NOTHING) },
        answerHeaders: (answered) => answered,
      } satisfies Judgement)
    : ({ is: "refused", refusal: refusalFor(verified) } satisfies Judgement);
}

function refusalFor({ status, reason }: Extract<Verification, { readonly ok: false }>): Refusal {
  const detail = `${ASSERTION}: ${reason}`;
  return status === 503
    ? { problem: "assertionUncheckable", detail, headers: { "retry-after": "2" } }
    : // A stranger keeps no connection.
      {
        problem: "assertionRefused",
        detail,
        headers: { "www-authenticate": "Selvage-Assertion", connection: "close" },
      };
}

function ownAnswer({ method, url, headers }: IncomingMessage, options: InboundOptions): OwnAnswer | null {
  if (method !== "GET" && method !== "HEAD") {
    return null;
  }
  const { app, isReady } = options.state();
  if (url === ALIVE_PATH) {
    return health(200, app, isReady);
  }
  if (url === READY_PATH) {
    return health(isReady ? 200 : 503, app, isReady);
  }
  const isProbe = url === options.healthPath && headers[ASSERTION] === undefined;
  return isProbe ? health(app === "well" ? 200 : 503, app, isReady) : null;
}

function health(status: number, app: AppVerdict, isReady: boolean): OwnAnswer {
  const body = `${JSON.stringify({ app, ready: isReady })}\n`;
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    // Anybody may ask, and keeps no connection for it.
    connection: "close",
  };
  return { status, headers, body };
}
