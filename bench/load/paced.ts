// Requests at a steady rate, whether answers come or not: what waits behind a stall is counted from when it was due, so
// that one stall is as long as it was for whoever came in it.
import { Connection } from "./connection.ts";

/** Answers are waited for so long. */
const PATIENCE_MS = 20_000;

export class Paced {
  readonly #requests: readonly string[];
  readonly #everyMs: number;
  readonly #connections: readonly Connection[];
  /** Those that wait for nothing. */
  readonly #free: Connection[];
  /** When each request was due that no connection was free for. */
  readonly #due: number[] = [];
  #latencies: number[] = [];
  #unexpected = 0;
  #turn = 0;

  constructor(port: number, requests: readonly string[], perSecond: number, connections: number) {
    this.#requests = requests;
    this.#everyMs = 1000 / perSecond;
    this.#connections = Array.from({ length: connections }, () => new Connection(port, this.#answered));
    this.#free = [...this.#connections];
  }

  /** Latencies of all requests that were due within the time, in milliseconds. */
  async during(ms: number): Promise<readonly number[]> {
    await Promise.all(this.#connections.map((one) => one.open()));
    this.#latencies = [];
    const begun = performance.now();
    const many = Math.floor(ms / this.#everyMs);
    for (let sent = 0; sent < many;) {
      const now = performance.now();
      for (; sent < many && begun + sent * this.#everyMs <= now; sent += 1) {
        this.#send(begun + sent * this.#everyMs);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    for (const until = performance.now() + PATIENCE_MS; this.#latencies.length < many;) {
      if (performance.now() > until) {
        throw new Error(`${many - this.#latencies.length} requests got no answer`);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    if (this.#unexpected > 0) {
      throw new Error(`${this.#unexpected} answers were not 2xx`);
    }
    return this.#latencies;
  }

  close(): void {
    this.#connections.forEach((one) => one.close());
  }

  #send(dueAt: number): void {
    const free = this.#free.pop();
    if (free === undefined) {
      this.#due.push(dueAt);
    } else {
      this.#write(free, dueAt);
    }
  }

  #write(connection: Connection, dueAt: number): void {
    this.#turn = (this.#turn + 1) % this.#requests.length;
    connection.send(this.#requests[this.#turn] ?? "", dueAt);
  }

  readonly #answered = (connection: Connection, status: number, ms: number): void => {
    this.#unexpected += status < 200 || status > 299 ? 1 : 0;
    this.#latencies.push(ms);
    const next = this.#due.shift();
    if (next === undefined) {
      this.#free.push(connection);
    } else {
      this.#write(connection, next);
    }
  };
}
