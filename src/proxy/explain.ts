// A request that nobody sends, through the very stages that a real one takes: what each would decide and why. Nothing
// is forwarded, fetched, counted or remembered; what only a call could tell is said to be so. Loaded with the control
// plane's call for it.
import { ANONYMOUS } from "../decide/identity/caller.ts";
import { readSpiffeId } from "../decide/identity/spiffe-id.ts";
import type { Env } from "../env/env.ts";
import { settingsOf } from "../env/settings.ts";
import type { Context } from "../isolate/kept.ts";
import type { Live } from "../isolate/snapshot.ts";
import type {
  Explain,
  ExplainedCaller,
  ExplainedDecision,
  ExplainQuestion,
  Explanation,
} from "../model/message/explanation.ts";
import type { Caller } from "../model/snapshot/caller.ts";
import type { Problem } from "../model/word/problem.ts";
import { decideRequest, NAMED_STAGES, STAGES } from "./decide-request.ts";
import type { Ended, Exchange, Stage } from "./exchange/exchange.ts";
import { decision, endedAt, endOf, type Say, type StageSeen } from "./explain/decision.ts";
import { imagine, looked, type Imagined, type Outlook } from "./explain/imagined.ts";
import { outlook } from "./explain/outlook.ts";
import { sayFaults, sayForward, type Forwarding } from "./explain/say-forward.ts";
import {
  sayAuthenticate,
  sayAuthorize,
  sayBodiless,
  sayIdentify,
  sayGuard,
  sayPreflight,
} from "./explain/say-guards.ts";
import { sayLimits } from "./explain/say-limits.ts";
import { sayRoute } from "./explain/say-route.ts";
import { drawOfMost, saySplit } from "./explain/say-split.ts";
import { walk } from "./exchange/walk.ts";
import { split } from "./split.ts";

const { bodiless, identify, route, preflight, authenticate, authorize, limit, answer, externalAuth } = NAMED_STAGES;

/** Any other one is told by what it tells the trace. */
const TOLD: ReadonlyMap<Stage, Say> = new Map([
  [bodiless, sayBodiless],
  [identify, sayIdentify],
  [route, sayRoute],
  [preflight, sayPreflight],
  [authenticate, sayAuthenticate],
  [authorize, sayAuthorize],
  [limit, sayLimits],
  [answer, sayAnswer],
  [externalAuth, sayExternalAuth],
]);

/** Production's. */
export const explainRequest: Explain<Env, Context> = createExplain(outlook);

export function createExplain(outside: Outlook): Explain<Env, Context> {
  return async (question, via, env, ctx) => {
    const found = await outside.live(env, ctx, question.revision, via);
    if ("fault" in found) {
      return found;
    }
    const as = question.as === null ? null : callerNamed(question.as, env);
    if (question.as !== null && as === null) {
      const detail = `"${question.as}" is no SPIFFE ID of this mesh: spiffe://${settingsOf(env).trustDomain}/ns/<namespace>/sa/<service> or …/app/<application>`;
      return { fault: "no-party", detail };
    }
    return walked(outside, question, { via, env, ctx, live: looked(found), as });
  };
}

interface Walking {
  readonly via: Request;
  readonly env: Env;
  readonly ctx: Context;
  readonly live: Live;
  readonly as: Caller | null;
}

async function walked(
  outside: Outlook,
  question: ExplainQuestion,
  { via, env, ctx, live, as }: Walking,
): Promise<Explanation> {
  const world = imagine(outside, env, ctx, live);
  const decisions: ExplainedDecision[] = [];
  const facts = new Map<string, Readonly<Record<string, unknown>>[]>();
  const around = {
    ports: world.ports,
    state: world.state,
    env: world.env,
    ctx: world.ctx,
    trace: (stage: string, told: Readonly<Record<string, unknown>>) =>
      void facts.set(stage, [...(facts.get(stage) ?? []), told]),
  };
  const stages = STAGES.map((stage): Stage => {
    const run = standIn(stage, as, { world, outside });
    return async (exchange) => {
      facts.clear();
      const decided = await run(exchange);
      await world.settle();
      decisions.push(...(TOLD.get(stage) ?? sayGuard)({ exchange, decided, facts, world, as: question.as }));
      return decided;
    };
  });
  let forwarding: Forwarding | null = null;
  const request = {
    method: question.method,
    url: question.url,
    headers: question.headers,
    body: null,
    clientAddress: question.clientAddress,
  };
  return decideRequest<Explanation>(
    around,
    { request, via, meant: null },
    {
      go: async (exchange) => {
        const { decisions: faults, ended } = sayFaults(exchange);
        decisions.push(...faults);
        if (ended === null) {
          world.random = drawOfMost(exchange);
          await walk(exchange, [split]);
          decisions.push(...saySplit(exchange));
        }
        const { destination } = exchange.routed;
        if (ended !== null || "problem" in destination) {
          return ended ?? ({ no: destination, stage: "route", policy: exchange.routed.policy } as Ended);
        }
        forwarding = await sayForward(exchange, destination, outside);
        decisions.push(...forwarding.decisions);
        const answer = { from: "service" as const, status: null, problem: null, headers: {} };
        return forwarding.ended ?? explanationOf(live, exchange, { decisions, forwarding, answer }, as);
      },
      no: async (response, exchange, ended) => {
        if (ended.stage === "admit" && decisions.length === 0) {
          decisions.push(endedAt("admit", endOf({ decided: ended }) ?? { policy: "none", detail: "", answers: false }));
        }
        const answer = { from: "mesh" as const, ...(await answerOf(response)) };
        return explanationOf(live, exchange, { decisions, forwarding, answer }, as);
      },
    },
    stages,
  );
}

/** A stage whose answer the question gives, or that draws lots. */
function standIn(stage: Stage, as: Caller | null, { world, outside }: { world: Imagined; outside: Outlook }): Stage {
  if (stage === identify) {
    return as === null ? stage : () => ({ ok: { caller: as } });
  }
  if (stage !== route) {
    return stage;
  }
  return (exchange) => {
    const first = stage(exchange);
    const rule = first instanceof Promise || "no" in first ? null : (first.ok.routed?.rule ?? null);
    if (rule === null || rule.backends.length < 2) {
      return first;
    }
    world.random = outside.draw(rule.backends);
    return stage(exchange);
  };
}

function sayAnswer(seen: StageSeen): ExplainedDecision[] {
  const end = endOf(seen);
  return end === null ? [] : [endedAt("answer", end)];
}

function sayExternalAuth(seen: StageSeen): ExplainedDecision[] {
  const { plan, policy } = seen.exchange.routed;
  const end = endOf(seen);
  if (end !== null) {
    return [endedAt("external-auth", end)];
  }
  return plan.externalAuths.map(({ target, path }) => {
    const whom = "invalid" in target ? target.message : `the service ${target.service}`;
    const detail = `${whom} would be asked at ${path || "/"} first: 200 lets the request pass, anything else is the answer`;
    return decision("external-auth", "unknown", detail, { policy });
  });
}

async function answerOf(response: Response): Promise<Omit<Explanation["answer"], "from">> {
  const isProblem = response.headers.get("content-type") === "application/problem+json";
  const problem: Problem | null = isProblem && response.body !== null ? await response.json() : null;
  const headers = Object.fromEntries([...response.headers].filter(([name]) => !NOT_OF_IT.has(name)));
  return { status: response.status, problem, headers };
}

/** Of an exchange that never was. */
const NOT_OF_IT: ReadonlySet<string> = new Set(["x-request-id", "date", "content-type", "cache-control"]);

function explanationOf(
  { snapshot }: Live,
  exchange: Exchange | null,
  {
    decisions,
    forwarding,
    answer,
  }: Pick<Explanation, "answer"> & { decisions: ExplainedDecision[]; forwarding: Forwarding | null },
  as: Caller | null,
): Explanation {
  const { admitted = null, routed = null } = exchange ?? {};
  const destination = routed === null || "problem" in routed.destination ? null : routed.destination;
  return {
    revision: snapshot.revision,
    request:
      admitted === null
        ? null
        : { method: admitted.method, host: admitted.host, path: admitted.path, clientAddress: admitted.clientAddress },
    caller: shown(exchange?.caller ?? ANONYMOUS, as !== null),
    decisions:
      admitted === null ? decisions : [decision("admit", "passed", `One canonical path and one host`), ...decisions],
    destination: destination === null ? null : { service: destination.service, version: destination.version },
    endpoints: forwarding?.endpoints ?? [],
    answer,
  };
}

function shown({ workload, application, user }: Caller, imagined: boolean): ExplainedCaller {
  return {
    workload: workload?.principal ?? null,
    application: application?.principal ?? null,
    user: user === null ? null : `${user.issuer}/${user.subject ?? ""}`,
    imagined,
  };
}

function callerNamed(principal: string, env: Env): Caller | null {
  const named = readSpiffeId(principal, settingsOf(env).trustDomain);
  return named === null ? null : { ...ANONYMOUS, [named.kind]: named.party };
}
