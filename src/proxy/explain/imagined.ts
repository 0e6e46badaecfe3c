// The world of a request that nobody sends: the mesh as it is known, and nothing that calls, counts or is remembered.
// Where a real request would ask a coordinator, the coordinator is only looked at.
import { ReadThrough } from "../../decide/text/read-through.ts";
import type { Env } from "../../env/env.ts";
import { newLimitMemory } from "../../isolate/limit-memory.ts";
import type { Context } from "../../isolate/kept.ts";
import type { Live } from "../../isolate/snapshot.ts";
import { newIsolateState, type IsolateState } from "../../isolate/state.ts";
import { newRolloutMemory } from "../../isolate/rollout-memory.ts";
import type { ExplainFault } from "../../model/message/explanation.ts";
import type { HealthRow } from "../../model/message/health.ts";
import type { StrictAnswer, StrictAsk } from "../../model/message/limit.ts";
import { lookingLimiter, type LookedStanding } from "./looking-limiter.ts";
import type { BreakerStates } from "../../model/message/objects.ts";
import type { Limit } from "../../model/snapshot/limit.ts";
import type { Backend, ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { MeshKeys } from "../../model/message/mesh-keys.ts";
import type { KeySet } from "../../tokens/key-set.ts";
import type { JwksSource } from "../../isolate/jwks.ts";
import type { Ports } from "../exchange/exchange.ts";

/** What is looked at, and never changed. Nothing here rejects. */
export interface Outlook {
  /** @param revision null = what this isolate serves */
  live(env: Env, ctx: Context, revision: number | null, via: Request): Promise<Live | ExplainFault>;
  keys(env: Env, ctx: Context, now: number): Promise<MeshKeys | null> | MeshKeys | null;
  /** Those of a URL that are held here; null = a real request would have them fetched. */
  heldKeys(source: JwksSource): KeySet | null;
  now(): number;
  newId(): string;
  state(): Pick<IsolateState, "limits" | "rollouts">;
  /** null = the coordinator cannot be asked. */
  limits(env: Env, policy: string, ask: StrictAsk): Promise<StrictAnswer | null>;
  breakers(env: Env, service: ServiceKey): Promise<BreakerStates | null>;
  health(env: Env, service: ServiceKey): Promise<readonly HealthRow[]>;
  /** Which of a rule's backends is followed: a number in [0, 1), as the lot would draw it. */
  draw(backends: readonly Backend[]): number;
}

export interface Imagined {
  readonly env: Env;
  readonly ctx: ExecutionContext;
  readonly state: IsolateState;
  readonly ports: Ports;
  /** Set before the lot is drawn. */
  random: number;
  /** How far its clock is ahead: a queue holds a request in thought only. */
  sleptMs: number;
  readonly standings: LookedStanding[];
  /** URLs whose keys a real request would have fetched. */
  readonly unheld: Set<string>;
  /** Waits for what the walk left behind. */
  settle(): Promise<void>;
}

/** Shadow limits are asked as well, so that it is seen what they would refuse; real requests ask for them later. */
export function looked(live: Live): Live {
  const { snapshot } = live;
  const limit = (snapshot.policies.limit ?? []).map(askedNow);
  return { ...live, snapshot: { ...snapshot, policies: { ...snapshot.policies, limit } } };
}

function askedNow(limit: Limit): Limit {
  return limit.mode === "leased" && limit.shadow ? { ...limit, mode: "strict" } : limit;
}

/** An operator waits longer for a coordinator than a request does, and no longer than this. */
const PATIENCE = 10;
const LONGEST_WAIT_MS = 1500;

export function imagine(outlook: Outlook, env: Env, outer: Context, live: Live): Imagined {
  const behind: Promise<unknown>[] = [];
  const standings: LookedStanding[] = [];
  const unheld = new Set<string>();
  const ctx: ExecutionContext = {
    waitUntil: (promise: Promise<unknown>) => void behind.push(promise),
    passThroughOnException: () => undefined,
    props: {},
  } as ExecutionContext;
  const world: Imagined = {
    // Nobody reads a line in the log about a request that never was.
    env: {
      ...unbound(env),
      LOG: "none",
      TELEMETRY: undefined,
      REQUESTS: undefined,
      ROLLOUT: undefined,
      LIMITER: lookingLimiter(outlook, env, live.snapshot, standings),
    },
    ctx,
    state: {
      ...newIsolateState("explain"),
      rollouts: { ...newRolloutMemory(), shares: outlook.state().rollouts.shares },
      limits: {
        ...newLimitMemory(),
        full: new ReadThrough(outlook.state().limits.full, (until) => until),
        ledgers: new ReadThrough(
          outlook.state().limits.ledgers,
          (ledgers) => new ReadThrough(ledgers, (ledger) => ledger),
        ),
      },
    },
    ports: {
      current: () => live,
      keys: (_, __, now) => outlook.keys(env, outer, now),
      jwks: {
        current: (_, __, source) => {
          const held = outlook.heldKeys(source);
          if (held === null) {
            unheld.add(source.jwksUri);
          }
          return held;
        },
        newer: (_, __, source) => {
          unheld.add(source.jwksUri);
          return Promise.resolve(null);
        },
        retryMs: () => 0,
      },
      now: () => outlook.now() + world.sleptMs,
      random: () => world.random,
      fetch: letsPass,
      newId: () => outlook.newId(),
      sleep: (ms) =>
        new Promise((resolve) => {
          const wake = (): void => {
            world.sleptMs += ms;
            resolve();
          };
          setTimeout(wake, Math.min(ms * PATIENCE, LONGEST_WAIT_MS));
        }),
      tick: null,
      callerStillMs: 0,
      socketCheckMs: 0,
      mistaken: (error) => reportError(error),
    },
    random: 0,
    sleptMs: 0,
    standings,
    unheld,
    async settle() {
      for (let one = behind.shift(); one !== undefined; one = behind.shift()) {
        await one;
      }
    },
  };
  return world;
}

/** Whoever would be asked whether the request may pass lets it: that this is not known is said beside it. */
function letsPass(): Promise<Response> {
  return Promise.resolve(new Response(null, { status: 200 }));
}

/** Without the Workers that endpoints are bound to. */
function unbound(env: Env): Env {
  const held = Object.entries(env).map(([name, value]: [string, unknown]) => {
    const isFetcher = typeof value === "object" && value !== null && "fetch" in value;
    return [name, isFetcher ? { fetch: letsPass } : value] as const;
  });
  return { ...env, ...Object.fromEntries(held) };
}
