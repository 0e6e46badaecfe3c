// `selvage demo scenario NAME`: plays one scenario on a running `selvage up --demo`, tells what happens and what to
// look at, and puts everything back: at the end, at Ctrl-C, and for one that was killed at the next start.
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Catalog } from "../../model/api/endpoints.ts";
import { bookstore } from "../demo/demo-services.ts";
import type { Surroundings } from "../demo/demo-process.ts";
import { putScenarioBack } from "../demo/scenario-remains.ts";
import { untilSignal } from "../local/until-signal.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { table } from "../print/table.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import { commandName, packageRoot } from "../session/package-root.ts";
import type { CliSession } from "../session/session.ts";
import type { Tally } from "./load.ts";
import { Player } from "./player.ts";
import type { Step } from "./script.ts";
import { scenarios, type ScenarioName } from "./scripts.ts";

interface ScenarioOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly data: string;
}

/** Until isolates have heard of a revision, and a little. */
const SETTLE_MS = 2_500;
const PATIENCE_MS = 10_000;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export async function scenario(session: CliSession, name: ScenarioName, options: ScenarioOptions): Promise<ExitCode> {
  const { client, terminal } = session;
  const fault = (message: string): void => terminal.err(`${terminal.paint("red", "Error", "err")}: ${message}`);
  const refused = await refuseStranger(session);
  if (refused !== null) {
    return refused;
  }
  const left = await putScenarioBack(client, "left over from a demo scenario that was killed");
  if ("exitCode" in left) {
    return reportFailure(left, terminal);
  }
  for (const line of left) {
    terminal.err(`left over from before: ${line}`);
  }

  const { seconds, seed } = options;
  const { about, steps } = scenarios[name];
  const stopping = new AbortController();
  void untilSignal().then(() => stopping.abort());
  terminal.err(`${name}: ${about} (${seconds} s, seed ${seed}; Ctrl-C ends it and puts everything back)`);
  const player = new Player({
    client,
    around: surroundings(session, options.data),
    scenario: name,
    seed,
    url: client.server,
  });
  let wrong: string | null = null;
  try {
    wrong = await play(player, steps(seconds), seconds, { signal: stopping.signal, say: (line) => terminal.err(line) });
  } finally {
    terminal.err("putting everything back …");
    const done = await player.end(() => sleep(SETTLE_MS));
    if ("exitCode" in done) {
      fault(`not everything could be put back: ${done.message}; the next scenario or selvage up --demo does it`);
      wrong ??= done.message;
    } else {
      done.forEach((line) => terminal.err(`  ${line}`));
    }
  }
  if (wrong !== null) {
    fault(wrong);
  }
  await report(session, name, options, player.tallies);
  return wrong === null ? exitCodes.ok : exitCodes.unavailable;
}

interface Stagehand {
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** @returns null, or what did not work */
async function play(
  player: Player,
  steps: readonly Step[],
  seconds: number,
  { signal, say }: Stagehand,
): Promise<string | null> {
  const begin = performance.now();
  const until = async (share: number): Promise<void> => {
    const waitMs = begin + share * seconds * 1000 - performance.now();
    await sleep(Math.max(0, waitMs), undefined, { signal }).catch(() => undefined);
  };
  for (const { at, says, look, actions } of steps) {
    await until(at);
    for (const action of actions) {
      if (signal.aborted) {
        return null;
      }
      const failed = await player.carryOut(action);
      if (failed !== null) {
        return failed;
      }
    }
    say(`${String(Math.round((performance.now() - begin) / 1000)).padStart(4)} s  ${says}`);
    look.forEach((command) => say(`        look: ${command.replace(/^selvage/, commandName())}`));
  }
  await until(1);
  return null;
}

/** A scenario changes routes and takes secrets away: on the demo of this machine, and nowhere else. */
async function refuseStranger({ client, terminal }: CliSession): Promise<ExitCode | null> {
  const say = (why: string): ExitCode => {
    terminal.err(`${terminal.paint("red", "Error", "err")}: ${client.server} is not the demo: ${why}`);
    terminal.err("hint: selvage up --demo starts one on this machine");
    return exitCodes.usage;
  };
  if (!LOOPBACK.test(new URL(client.server).hostname)) {
    return say("it runs on another machine");
  }
  const catalog = await client.call<Catalog>("GET", "/catalog");
  if (!catalog.ok) {
    return reportFailure(catalog.failure, terminal);
  }
  const ids = new Set(
    catalog.value.items.flatMap(({ namespace, name, endpoints }) =>
      endpoints.map(({ id }) => `${namespace}/${name}/${id}`),
    ),
  );
  const missing = bookstore.filter(({ service, version }) => !ids.has(`default/${service}/demo-${version}`));
  return missing.length > 0 && missing.length >= bookstore.length / 2
    ? say(`${missing[0]?.service ?? "the bookstore"} does not run there`)
    : null;
}

const surroundings = ({ client }: CliSession, data: string): Surroundings => ({
  folder: join(packageRoot(), "examples", "bookstore"),
  logs: join(resolve(data), "demo"),
  url: client.server,
  commands: { node: process.execPath, python: "python3", perl: "perl" },
  patienceMs: PATIENCE_MS,
});

async function report(
  session: CliSession,
  name: ScenarioName,
  { seconds, seed }: ScenarioOptions,
  loads: readonly Tally[],
): Promise<void> {
  const statuses = [...new Set(loads.flatMap(({ answers }) => Object.keys(answers)))].toSorted();
  await printData(session, {
    data: { scenario: name, seconds, seed, loads },
    human: () =>
      loads.length === 0
        ? []
        : table(
            ["CLIENT", "SENT", ...statuses.map((status) => status.toUpperCase())],
            loads.map(({ name: client, sent, answers }) => [
              client,
              String(sent),
              ...statuses.map((status) => String(answers[status] ?? 0)),
            ]),
          ),
    names: () => [name],
  });
}
