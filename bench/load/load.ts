// The load generator, a process of its own: keep-alive connections that send the next request when the last is
// answered. It goes from subject to subject in short windows, hundreds of times, and reads each one's CPU time around
// its window: whatever else the machine does weighs on all of them alike. Reads one job as JSON from stdin, writes a
// result to stdout.
import { text } from "node:stream/consumers";
import { Connection } from "./connection.ts";
import { cpuMicros } from "./cpu.ts";
import { Paced } from "./paced.ts";

export interface Target {
  readonly port: number;
  /** Processes whose CPU time is read. */
  readonly pids: readonly number[];
  /** Whole requests as they go over the wire, sent in turn. */
  readonly requests: readonly string[];
}

export interface Job {
  readonly targets: readonly Target[];
  /** Connections to each target. */
  readonly connections: number;
  /** Windows of each target. */
  readonly rounds: number;
  readonly windowMs: number;
  /** Requests a second, whether answers come or not; absent: the next request when the last is answered. */
  readonly perSecond?: number;
  /** All windows of a target before those of the next: what happens by time is as it is under steady load. */
  readonly oneByOne?: boolean;
}

export interface Round {
  readonly requests: number;
  readonly seconds: number;
  readonly cpuMicros: number;
}

export interface Result {
  readonly rounds: readonly Round[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were not 2xx, by status. */
  readonly unexpected: Readonly<Record<string, number>>;
}

/** What sends to one target, over all its windows. */
interface Load {
  window(ms: number): Promise<Round>;
  readonly latencies: readonly number[];
  readonly unexpected: Readonly<Record<string, number>>;
  close(): void;
}

/** The next request when the last is answered. */
class Busy implements Load {
  readonly latencies: number[] = [];
  readonly unexpected: Record<string, number> = {};
  readonly #target: Target;
  readonly #connections: readonly Connection[];
  #turn = 0;
  #until = 0;
  #busy = 0;
  #idle: () => void = () => undefined;

  constructor(target: Target, connections: number) {
    this.#target = target;
    this.#connections = Array.from({ length: connections }, () => new Connection(target.port, this.#answered));
  }

  async window(ms: number): Promise<Round> {
    await Promise.all(this.#connections.map((one) => one.open()));
    const before = cpuMicros(this.#target.pids);
    const answered = this.latencies.length;
    const begun = performance.now();
    this.#until = begun + ms;
    this.#busy = this.#connections.length;
    const idle = new Promise<void>((resolve) => (this.#idle = resolve));
    this.#connections.forEach((one) => this.#send(one));
    await idle;
    return {
      requests: this.latencies.length - answered,
      seconds: (performance.now() - begun) / 1000,
      cpuMicros: cpuMicros(this.#target.pids) - before,
    };
  }

  close(): void {
    this.#connections.forEach((one) => one.close());
  }

  #send(connection: Connection): void {
    const { requests } = this.#target;
    this.#turn = (this.#turn + 1) % requests.length;
    connection.send(requests[this.#turn] ?? "");
  }

  readonly #answered = (connection: Connection, status: number, ms: number): void => {
    this.latencies.push(ms);
    if (status < 200 || status > 299) {
      this.unexpected[status] = (this.unexpected[status] ?? 0) + 1;
    }
    if (performance.now() < this.#until) {
      this.#send(connection);
    } else if ((this.#busy -= 1) === 0) {
      this.#idle();
    }
  };
}

class Steady implements Load {
  readonly latencies: number[] = [];
  readonly unexpected = {};
  readonly #target: Target;
  readonly #paced: Paced;

  constructor(target: Target, connections: number, perSecond: number) {
    this.#target = target;
    this.#paced = new Paced(target.port, target.requests, perSecond, connections);
  }

  async window(ms: number): Promise<Round> {
    const before = cpuMicros(this.#target.pids);
    const begun = performance.now();
    const latencies = await this.#paced.during(ms);
    this.latencies.push(...latencies);
    const seconds = (performance.now() - begun) / 1000;
    return { requests: latencies.length, seconds, cpuMicros: cpuMicros(this.#target.pids) - before };
  }

  close(): void {
    this.#paced.close();
  }
}

export async function load({ targets, connections, rounds, windowMs, perSecond, oneByOne }: Job): Promise<Result[]> {
  const runs = targets.map((target) => ({
    load: perSecond === undefined ? new Busy(target, connections) : new Steady(target, connections, perSecond),
    rounds: [] as Round[],
  }));
  const numbers = Array.from({ length: rounds }, (_, round) => round);
  const turns =
    oneByOne === true
      ? runs.flatMap((run) => numbers.map(() => run))
      : numbers.flatMap((round) => runs.slice(round % runs.length).concat(runs.slice(0, round % runs.length)));
  for (const run of turns) {
    run.rounds.push(await run.load.window(windowMs));
  }
  return runs.map((run) => {
    run.load.close();
    const { latencies, unexpected } = run.load;
    const sorted = Float64Array.from(latencies).sort();
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    return { rounds: run.rounds, p50Ms: at(0.5), p99Ms: at(0.99), unexpected };
  });
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await load(JSON.parse(await text(process.stdin)) as Job)));
}
