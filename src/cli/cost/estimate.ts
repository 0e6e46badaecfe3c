// What a mesh costs a month at a steady rate: operations, and what others ask for them. Pure. How often isolates call
// objects was measured (node bench/calls.ts: one isolate, 1 000 requests a second, ten services); how that grows with
// isolates and services follows from the pace that the objects set.
import { API_GATEWAY, CLOUDFLARE, ISTIO, MACHINE, OBJECT_GB, stepped } from "./prices.ts";

export interface CostQuestion {
  /** Requests a second, day and night. */
  readonly rps: number;
  /** Services with a circuit breaker, outlier ejection or health checks. */
  readonly services: number;
  /** Isolates that serve at a time. */
  readonly edges: number;
  /** Policies with leased limits that a request meets. */
  readonly limits: number;
  /** CPU that the platform bills for one request. */
  readonly cpuMs: number;
}

export interface CostRow {
  readonly what: string;
  readonly month: number;
  readonly perMillion: number;
}

export interface Estimate {
  readonly requests: number;
  /** Calls for a thousand requests, by object. */
  readonly callsPer1000: Readonly<Record<"mesh" | "telemetry" | "limits" | "breakers", number>>;
  /** Objects that are called too often to sleep. */
  readonly objectsAwake: number;
  readonly selvage: readonly CostRow[];
  readonly others: readonly CostRow[];
}

const SECONDS_A_MONTH = (365.25 * 24 * 3600) / 12;

/** Calls a second of one isolate, as measured. */
const POLLS = 2;
const TELEMETRY = 1.5;
const BREAKER_OF_A_SERVICE = 0.4;
/** Requests that a busy isolate decides for each question about a leased limit, as measured; and the least it asks. */
const REQUESTS_A_QUESTION = 167;
const QUESTIONS = 1;
/** No object is asked more often by isolates that report to it: the pace that it sets. */
const REPORTS_OF_AN_OBJECT = 200;
const TELEMETRY_OBJECTS = 4;

export function estimate({ rps, services, edges, limits, cpuMs }: CostQuestion): Estimate {
  const requests = rps * SECONDS_A_MONTH;
  const ofOne = rps / edges;
  // The mesh object stretches them: at most 500 a second, up to 900 isolates; each asks within 1.8 s in any case.
  const polls = Math.max(Math.min(edges * POLLS, 500), edges / 1.8);
  const questions =
    limits * Math.min(REPORTS_OF_AN_OBJECT, edges * Math.min(ofOne, Math.max(QUESTIONS, ofOne / REQUESTS_A_QUESTION)));
  const reports = Math.min(services * REPORTS_OF_AN_OBJECT, edges * services * BREAKER_OF_A_SERVICE, rps);
  const calls = { mesh: polls, telemetry: edges * TELEMETRY, limits: questions, breakers: reports };
  const callsPerSecond = Object.values(calls).reduce((sum, one) => sum + one, 0);
  const objectsAwake = 1 + TELEMETRY_OBJECTS + limits + services;
  const bill = billed(requests, {
    requests,
    cpuMs: requests * cpuMs,
    objectRequests: callsPerSecond * SECONDS_A_MONTH,
    objectGbSeconds: objectsAwake * OBJECT_GB * SECONDS_A_MONTH,
  });
  const perObject = Math.ceil(rps / 500);
  const naive = (what: string, more: Partial<Operations>): CostRow =>
    total(what, requests, billed(requests, { requests, cpuMs: requests * cpuMs, ...more }));
  const objects = { objectRequests: requests, objectGbSeconds: perObject * OBJECT_GB * SECONDS_A_MONTH };
  return {
    requests,
    callsPer1000: {
      mesh: per1000(calls.mesh, rps),
      telemetry: per1000(calls.telemetry, rps),
      limits: per1000(calls.limits, rps),
      breakers: per1000(calls.breakers, rps),
    },
    objectsAwake,
    selvage: [...bill, total("selvage, all of it", requests, bill)],
    others: [
      naive("a Worker that passes on", {}),
      naive("a Worker, one object call a request", objects),
      naive("a Worker, one row of D1 a request", { rowsRead: requests }),
      row("Istio, two sidecars a request", requests, istio(rps, [ISTIO.sidecar, ISTIO.sidecar], services)),
      row(
        "Istio ambient, two ztunnels and a waypoint",
        requests,
        istio(rps, [ISTIO.ztunnel, ISTIO.ztunnel, ISTIO.waypoint], 0),
      ),
      row("Amazon API Gateway, HTTP API", requests, stepped(API_GATEWAY.http, requests)),
      row("Amazon API Gateway, REST API", requests, stepped(API_GATEWAY.rest, requests)),
    ],
  };
}

type Operations = Record<"requests" | "cpuMs" | "objectRequests" | "objectGbSeconds" | "rowsRead", number>;

const NAMES: Readonly<Record<keyof Operations, string>> = {
  requests: "Worker requests",
  cpuMs: "Worker CPU",
  objectRequests: "Durable Object calls",
  objectGbSeconds: "Durable Objects awake",
  rowsRead: "D1 rows read",
};

/** One row for each kind of operation, what is included taken off, and the base price. */
function billed(requests: number, operations: Partial<Operations>): CostRow[] {
  const rows = (Object.entries(operations) as [keyof Operations, number][]).map(([name, many]) => {
    const { included, dollarsPerMillion } = CLOUDFLARE[name];
    return row(NAMES[name], requests, (Math.max(0, many - included) / 1e6) * dollarsPerMillion);
  });
  return [row("Workers Paid", requests, CLOUDFLARE.baseDollars), ...rows];
}

function total(what: string, requests: number, rows: readonly CostRow[]): CostRow {
  return row(
    what,
    requests,
    rows.reduce((sum, one) => sum + one.month, 0),
  );
}

/**
 * Istio's published needs at a published price of machines that are never idle: processors by the rate, memory of a
 * sidecar for each pod (else of one proxy each), and one istiod.
 */
function istio(
  rps: number,
  proxies: readonly { readonly vcpuPer1000Rps: number; readonly gb: number }[],
  services: number,
): number {
  const vcpu = proxies.reduce<number>((sum, one) => sum + (rps / 1000) * one.vcpuPer1000Rps, ISTIO.istiod.vcpu);
  const ofProxies = proxies.reduce((sum, one) => sum + one.gb, 0);
  const ofPods = services * ISTIO.podsOfAService * ISTIO.sidecar.gb;
  const gb = ISTIO.istiod.gb + Math.max(ofProxies, ofPods);
  return (SECONDS_A_MONTH / 3600) * (vcpu * MACHINE.dollarsPerVcpuHour + gb * MACHINE.dollarsPerGbHour);
}

function row(what: string, requests: number, month: number): CostRow {
  return { what, month: rounded(month, 2), perMillion: rounded((month * 1e6) / requests, 3) };
}

const per1000 = (perSecond: number, rps: number): number => rounded((perSecond * 1000) / rps, 1);
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
