// `selvage rollout get|promote|pause|resume|abort|retry|watch`: how far canaries have come, and taking one in hand.
import { setTimeout as sleep } from "node:timers/promises";
import type { RolloutList, RolloutReceipt, RolloutStatus } from "../../model/api/rollouts.ts";
import type { RolloutOrder } from "../../model/message/rollout.ts";
import type { Failure } from "../session/client.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { table } from "../print/table.ts";
import { age } from "../../model/word/age.ts";

interface RolloutGetOptions {
  readonly allNamespaces?: boolean;
}

interface RolloutOrderOptions {
  readonly full?: boolean;
  readonly reason?: string;
  /** A state. */
  readonly ifVersion?: number;
}

interface RolloutWatchOptions {
  /** Seconds. */
  readonly timeout?: number;
}

const HEADER = ["ROLLOUT", "SERVICE", "CANARY", "STATE", "WEIGHT", "STEP", "SINCE", "REQUESTS", "FAILED", "ODDS"];
const POLL_MS = 1000;

const namespaceOf = ({ namespace }: CliSession): string => namespace ?? "default";

export async function getRollouts(
  session: CliSession,
  name: string | undefined,
  options: RolloutGetOptions,
): Promise<ExitCode> {
  const query = options.allNamespaces === true ? "" : `?namespace=${encodeURIComponent(namespaceOf(session))}`;
  const answer = await session.client.call<RolloutList>("GET", `/rollouts${query}`);
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const items = answer.value.items.filter((one) => name === undefined || one.name === name);
  const [only] = items;
  if (name !== undefined && only === undefined) {
    session.terminal.err(`there is no Rollout ${namespaceOf(session)}/${name}`);
    return exitCodes.notFound;
  }
  await printData(session, {
    data: name === undefined ? answer.value : (only ?? null),
    human: () => [
      ...(items.length === 0 ? [] : table(HEADER, items.map(cellsOf))),
      ...(name === undefined || only === undefined ? [] : detailOf(only)),
    ],
    names: () => items.map((one) => `rollout/${one.name}`),
  });
  if (items.length === 0) {
    session.terminal.err("there is no Rollout here");
  }
  if (answer.value.more) {
    session.terminal.err("there are more: name a namespace");
  }
  return exitCodes.ok;
}

function cellsOf(one: RolloutStatus): string[] {
  const name = `${one.namespace}/${one.name}`;
  if (!one.known) {
    return [name, one.service, one.canary.version, "unknown", "", "", "", "", "", ""];
  }
  return [
    name,
    one.service,
    one.canary.version,
    one.phase ?? "",
    `${one.weight} %`,
    `${one.step} of ${one.steps.length}`,
    age(one.stepSince, Date.now()),
    String(one.canary.requests),
    String(one.canary.failed),
    `${rounded(one.odds)} of ${rounded(one.alarm)}`,
  ];
}

function detailOf({ guards, turns, version }: RolloutStatus): string[] {
  const rows = guards.map(({ name, verdict, says }) => [name, verdict, says]);
  const turned = turns.map(({ at, phase, weight, actor, reason }) => [
    at,
    phase,
    `${weight} %`,
    actor ?? "controller",
    reason,
  ]);
  return [
    ...(rows.length === 0 ? [] : ["", ...table(["GUARD", "VERDICT", "WHY"], rows)]),
    ...(turned.length === 0 ? [] : ["", ...table(["AT", "STATE", "WEIGHT", "BY", "WHY"], turned)]),
    "",
    `version ${version}`,
  ];
}

const rounded = (value: number): number => (value >= 100 ? Math.round(value) : Math.round(value * 100) / 100);

export async function orderRollout(
  session: CliSession,
  name: string,
  verb: RolloutOrder["verb"],
  { full, reason, ifVersion }: RolloutOrderOptions,
): Promise<ExitCode> {
  const path = `/rollouts/${encodeURIComponent(namespaceOf(session))}/${encodeURIComponent(name)}/${verb}`;
  const answer = await session.client.call<RolloutReceipt>("POST", path, {
    body: { ...(reason === undefined ? {} : { reason }), ...(full === true ? { full } : {}) },
    ...(ifVersion === undefined ? {} : { ifMatch: `"${ifVersion}"` }),
  });
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const told = answer.value;
  await printData(session, {
    data: told,
    human: () => [`rollout/${name} is ${told.phase} at ${told.weight} %${reach(told)}`],
    names: () => [`rollout/${name}`],
  });
  return exitCodes.ok;
}

function reach({ obeyedWithinMs }: RolloutReceipt): string {
  return obeyedWithinMs === null
    ? ": isolates that report calls obey; the mesh object could not be told yet"
    : `: every isolate obeys within ${obeyedWithinMs / 1000} s`;
}

/** A line for each turn that was not there before. */
export async function watchRollout(
  session: CliSession,
  name: string,
  { timeout }: RolloutWatchOptions,
): Promise<ExitCode> {
  const deadline = timeout === undefined ? Infinity : performance.now() + timeout * 1000;
  let told = "";
  for (;;) {
    const read = await readOne(session, name);
    if ("failure" in read) {
      return reportFailure(read.failure, session.terminal);
    }
    const { one } = read;
    if (one === null) {
      session.terminal.err(`there is no Rollout ${namespaceOf(session)}/${name}`);
      return exitCodes.notFound;
    }
    for (const { at, phase, weight, step, actor, reason } of one.turns.filter((turn) => turn.at > told)) {
      session.terminal.out(`${at} ${phase} step ${step} ${weight} % ${actor ?? "controller"}: ${reason}`);
    }
    told = one.turns.at(-1)?.at ?? told;
    if (one.phase === "promoted") {
      return exitCodes.ok;
    }
    if (one.phase === "rolled-back" || one.phase === "aborted") {
      return exitCodes.differences;
    }
    if (performance.now() > deadline) {
      session.terminal.err(`timed out after ${timeout} s: ${one.phase ?? "unknown"} at ${one.weight} %`);
      return exitCodes.unavailable;
    }
    await sleep(POLL_MS);
  }
}

async function readOne(
  session: CliSession,
  name: string,
): Promise<{ readonly one: RolloutStatus | null } | { readonly failure: Failure }> {
  const query = `?namespace=${encodeURIComponent(namespaceOf(session))}`;
  const answer = await session.client.call<RolloutList>("GET", `/rollouts${query}`);
  return answer.ok
    ? { one: answer.value.items.find((each) => each.name === name) ?? null }
    : { failure: answer.failure };
}
