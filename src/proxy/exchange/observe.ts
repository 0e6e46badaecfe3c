// The one place where a request that has ended is noted, whoever answered it: what it met, how it ended and how long it
// took. Nothing is built for it but where something is met for the first time, and nobody waits for what becomes of it.
import { settingsOf } from "../../env/settings.ts";
import type { SignalLabels } from "../../model/message/signals.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import { flushSoon } from "../../observe/flush.ts";
import { callerOf, servedBy } from "./ended-request.ts";
import type { Counting, Ended, Exchange } from "./exchange.ts";

const LONGEST_NAME = 200;

/** Which endpoint answered, and how many were asked. */
interface By {
  readonly endpoint: Endpoint;
  readonly tries: number;
}

/** A service answered. */
export function observeAnswer(exchange: Exchange, { endpoint, tries }: By, status: number, endedAtMs: number): void {
  if (exchange.env.TELEMETRY === undefined) {
    return;
  }
  const { observing } = exchange.state;
  const { met } = observing.signals;
  met.by = endpoint;
  met.decision = "forwarded";
  met.status = status;
  meet(exchange);
  const row = observing.signals.find(met) ?? observing.signals.make(met, labelsOf(exchange, endpoint));
  count(exchange, row, endedAtMs - exchange.startedAtMs, tries, endedAtMs);
}

/** Another proxy was told that the request may go on to the service that it named. */
export function observeAllowed(exchange: Exchange): void {
  if (exchange.env.TELEMETRY === undefined) {
    return;
  }
  const { signals } = exchange.state.observing;
  signals.met.by = "allowed";
  signals.met.decision = "allowed";
  signals.met.status = 200;
  meet(exchange);
  const now = exchange.ports.now();
  const row = signals.find(signals.met) ?? signals.make(signals.met, labelsOf(exchange, null));
  count(exchange, row, now - exchange.startedAtMs, 0, now);
}

/** The mesh answered itself. @param exchange null = the walk ended before there was one */
export function observeOwn(
  around: Counting,
  exchange: Exchange | null,
  ended: Ended,
  status: number,
  startedAtMs: number,
): void {
  if (around.env.TELEMETRY === undefined) {
    return;
  }
  const { signals } = around.state.observing;
  const { met } = signals;
  const told = toldOf(ended);
  met.by = told.endpoint ?? ended.policy;
  met.decision = ended.stage;
  met.status = status;
  if (exchange === null) {
    met.caller = "anonymous";
    met.service = "";
    met.route = "none";
    signals.named.requestId = "";
    signals.named.traceparent = null;
  } else {
    meet(exchange);
  }
  const row = signals.find(met) ?? signals.make(met, ownLabels(exchange, ended, met));
  const now = around.ports.now();
  count(around, row, now - startedAtMs, told.attempts, now);
}

function meet({ state, routed, caller, meant, admitted }: Exchange): void {
  const { met, named } = state.observing.signals;
  named.requestId = admitted.requestId;
  named.traceparent = admitted.traceparent;
  met.service = servedBy({ routed, meant });
  met.route = routed.policy;
  met.caller = callerOf(caller);
}

function count(
  { state, env, ctx, ports }: Counting,
  row: Parameters<Counting["state"]["observing"]["signals"]["count"]>[0],
  tookMs: number,
  tries: number,
  now: number,
): void {
  const { observing, id } = state;
  observing.signals.count(row, tookMs, tries, now);
  if (now >= observing.waitsUntil && env.TELEMETRY !== undefined) {
    const objects = settingsOf(env).telemetryObjects;
    const around = { telemetry: env.TELEMETRY, objects, analytics: env.ANALYTICS, ctx, ports };
    flushSoon(observing, id, around, now);
  }
}

function toldOf({ no }: Ended): { readonly endpoint: string | null; readonly attempts: number } {
  const extensions = "problem" in no ? no.extensions : undefined;
  const endpoint = extensions?.["endpoint"];
  const attempts = extensions?.["attempts"];
  return {
    endpoint: typeof endpoint === "string" ? endpoint : null,
    attempts: typeof attempts === "number" ? attempts : 0,
  };
}

function labelsOf(exchange: Exchange, endpoint: Endpoint | null): SignalLabels {
  const { routed, state } = exchange;
  const { met } = state.observing.signals;
  const version = "problem" in routed.destination ? null : routed.destination.version;
  return {
    service: met.service,
    version: endpoint?.version ?? version ?? "",
    route: met.route,
    endpoint: endpoint?.id ?? "",
    cluster: endpoint?.cluster ?? "",
    caller: met.caller.slice(0, LONGEST_NAME),
    status: met.status,
    decision: met.decision,
    policy: "",
  };
}

function ownLabels(
  exchange: Exchange | null,
  ended: Ended,
  {
    caller,
    service,
    route,
    status,
    decision,
  }: Pick<SignalLabels, "caller" | "service" | "route" | "status" | "decision">,
): SignalLabels {
  const policy = ended.policy === "none" || ended.policy === route ? "" : ended.policy;
  if (exchange === null) {
    return { service, version: "", route, endpoint: "", cluster: "", caller, status, decision, policy };
  }
  const { endpoint } = toldOf(ended);
  const known = exchange.live.endpoints.get(service)?.find(({ id }) => id === endpoint) ?? null;
  return { ...labelsOf(exchange, known), policy };
}
