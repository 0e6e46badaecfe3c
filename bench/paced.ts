// Requests at a steady rate, whether answers come or not: what waits behind a stall is counted from when it was due, so
// that one stall is as long as it was for whoever came in it.
import { connect, type Socket } from "node:net";
import { ResponseCounter } from "./response-counter.ts";

export class Paced {
  readonly #port: number;
  readonly #requests: readonly string[];
  readonly #everyMs: number;
  readonly #sockets: Socket[] = [];
  /** Sockets that wait for nothing. */
  readonly #free: Socket[] = [];
  /** When each request was due that no socket was free for. */
  readonly #due: number[] = [];
  #latencies: number[] = [];
  #turn = 0;

  constructor(port: number, requests: readonly string[], perSecond: number) {
    this.#port = port;
    this.#requests = requests;
    this.#everyMs = 1000 / perSecond;
  }

  async open(connections: number): Promise<void> {
    for (let nth = 0; nth < connections; nth += 1) {
      const socket = await this.#connect();
      this.#sockets.push(socket);
      this.#free.push(socket);
    }
  }

  /** Latencies of all requests that were due within the time, in milliseconds. */
  async during(ms: number): Promise<readonly number[]> {
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
    for (const until = performance.now() + 20_000; this.#latencies.length < many;) {
      if (performance.now() > until) {
        throw new Error(`${many - this.#latencies.length} requests got no answer`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return this.#latencies;
  }

  close(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners("close").destroy();
    }
  }

  #send(due: number): void {
    const socket = this.#free.pop();
    if (socket === undefined) {
      this.#due.push(due);
    } else {
      this.#write(socket, due);
    }
  }

  #write(socket: Socket, due: number): void {
    this.#turn = (this.#turn + 1) % this.#requests.length;
    socket.emit("due", due);
    socket.write(this.#requests[this.#turn] ?? "", "latin1");
  }

  #connect(): Promise<Socket> {
    const answers = new ResponseCounter();
    let dueAt = 0;
    return new Promise((resolve, reject) => {
      const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true });
      socket.setEncoding("latin1");
      socket.on("due", (due: number) => (dueAt = due));
      socket.on("data", (chunk) => {
        for (const status of answers.take(String(chunk))) {
          if (status < 200 || status > 299) {
            throw new Error(`port ${this.#port} answered ${status}`);
          }
          this.#latencies.push(performance.now() - dueAt);
          const next = this.#due.shift();
          if (next === undefined) {
            this.#free.push(socket);
          } else {
            this.#write(socket, next);
          }
        }
      });
      socket.on("connect", () => resolve(socket));
      socket.on("error", reject);
      socket.on("close", () => {
        throw new Error(`the connection to port ${this.#port} was closed`);
      });
    });
  }
}
