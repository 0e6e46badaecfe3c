// The load generator, a process of its own: keep-alive connections that send the next request when the last is answered.
// Reads one job as JSON from argv, writes one result as JSON to stdout.
import { connect } from "node:net";
import { ResponseCounter } from "./response-counter.ts";

export interface Job {
  readonly port: number;
  /** Whole requests as they go over the wire, sent in turn. */
  readonly requests: readonly string[];
  readonly connections: number;
  readonly seconds: number;
}

export interface Result {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were not 2xx, by status. */
  readonly unexpected: Readonly<Record<string, number>>;
}

export async function load(job: Job): Promise<Result> {
  const latencies: number[] = [];
  const unexpected: Record<string, number> = {};
  const begun = performance.now();
  const until = begun + job.seconds * 1000;
  let turn = 0;

  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: job.port, host: "127.0.0.1", noDelay: true });
      const answers = new ResponseCounter();
      let sent = 0;
      const send = (): void => {
        sent = performance.now();
        turn = (turn + 1) % job.requests.length;
        socket.write(job.requests[turn] ?? "", "latin1");
      };
      socket.setEncoding("latin1");
      socket.on("connect", send);
      socket.on("error", reject);
      socket.on("data", (chunk) => {
        for (const status of answers.take(String(chunk))) {
          const now = performance.now();
          latencies.push(now - sent);
          if (status < 200 || status > 299) unexpected[status] = (unexpected[status] ?? 0) + 1;
          if (now < until) send();
          else socket.end(resolve);
        }
      });
      socket.on("close", () =>
        performance.now() < until ? reject(new Error("the connection was closed")) : resolve(),
      );
    });

  await Promise.all(Array.from({ length: job.connections }, one));
  const seconds = (performance.now() - begun) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { requests: sorted.length, seconds, p50Ms: at(0.5), p99Ms: at(0.99), unexpected };
}

if (import.meta.main) process.stdout.write(JSON.stringify(await load(JSON.parse(process.argv[2] ?? "") as Job)));
