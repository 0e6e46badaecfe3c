// The load generator, a process of its own: keep-alive connections that send the next request when the last is
// answered. It goes from subject to subject in short windows, hundreds of times, and reads each one's CPU time around
// its window: whatever else the machine does weighs on all of them alike. Reads one job as JSON from argv, writes a
// result to stdout.
import { connect, type Socket } from "node:net";
import { cpuMicros } from "./cpu.ts";
import { ResponseCounter } from "./response-counter.ts";

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

/** The connections to one target, kept over all its windows. */
class Load {
  readonly #target: Target;
  readonly #sockets: Socket[] = [];
  readonly #latencies: number[] = [];
  readonly #unexpected: Record<string, number> = {};
  readonly #rounds: Round[] = [];
  #turn = 0;
  #until = 0;
  #busy = 0;
  #idle: () => void = () => undefined;

  constructor(target: Target) {
    this.#target = target;
  }

  async open(connections: number): Promise<void> {
    for (let i = 0; i < connections; i += 1) {
      this.#sockets.push(await this.#connect());
    }
  }

  async window(ms: number): Promise<void> {
    const before = cpuMicros(this.#target.pids);
    const answered = this.#latencies.length;
    const begun = performance.now();
    this.#until = begun + ms;
    this.#busy = this.#sockets.length;
    const idle = new Promise<void>((resolve) => (this.#idle = resolve));
    for (const socket of this.#sockets) {
      socket.emit("send");
    }
    await idle;
    this.#rounds.push({
      requests: this.#latencies.length - answered,
      seconds: (performance.now() - begun) / 1000,
      cpuMicros: cpuMicros(this.#target.pids) - before,
    });
  }

  close(): Result {
    for (const socket of this.#sockets) {
      socket.removeAllListeners("close").destroy();
    }
    const sorted = Float64Array.from(this.#latencies).sort();
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    return { rounds: this.#rounds, p50Ms: at(0.5), p99Ms: at(0.99), unexpected: this.#unexpected };
  }

  #connect(): Promise<Socket> {
    const { port, requests } = this.#target;
    const answers = new ResponseCounter();
    let sentAt = 0;
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      socket.setEncoding("latin1");
      socket.on("send", () => {
        this.#turn = (this.#turn + 1) % requests.length;
        sentAt = performance.now();
        socket.write(requests[this.#turn] ?? "", "latin1");
      });
      socket.on("data", (chunk) => {
        for (const status of answers.take(String(chunk))) {
          const now = performance.now();
          this.#latencies.push(now - sentAt);
          if (status < 200 || status > 299) {
            this.#unexpected[status] = (this.#unexpected[status] ?? 0) + 1;
          }
          if (now < this.#until) {
            socket.emit("send");
          } else if ((this.#busy -= 1) === 0) {
            this.#idle();
          }
        }
      });
      socket.on("connect", () => resolve(socket));
      socket.on("error", reject);
      socket.on("close", () => {
        throw new Error(`the connection to port ${port} was closed`);
      });
    });
  }
}

export async function load({ targets, connections, rounds, windowMs }: Job): Promise<Result[]> {
  const loads = targets.map((target) => new Load(target));
  for (const one of loads) {
    await one.open(connections);
  }
  for (let round = 0; round < rounds; round += 1) {
    const first = round % loads.length;
    for (const one of [...loads.slice(first), ...loads.slice(0, first)]) {
      await one.window(windowMs);
    }
  }
  return loads.map((one) => one.close());
}

if (import.meta.main) {
  process.stdout.write(JSON.stringify(await load(JSON.parse(process.argv[2] ?? "") as Job)));
}
