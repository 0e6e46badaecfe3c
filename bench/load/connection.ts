// One keep-alive connection of a load: one request at a time. It may be closed while it has nothing to do (runtimes
// close idle ones after some seconds) and is then opened anew; one that is closed under a request ends the run.
import { connect, type Socket } from "node:net";
import { ResponseCounter } from "./response-counter.ts";

export class Connection {
  readonly #port: number;
  readonly #answered: (connection: Connection, status: number, ms: number) => void;
  #socket: Socket | null = null;
  #isBusy = false;
  #dueAt = 0;

  /** @param answered is told of each answer, with the milliseconds since its request was due */
  constructor(port: number, answered: (connection: Connection, status: number, ms: number) => void) {
    this.#port = port;
    this.#answered = answered;
  }

  /** Sees to it that there is a connection. */
  async open(): Promise<void> {
    if (this.#socket !== null && !this.#socket.destroyed && this.#socket.writable) {
      return;
    }
    const answers = new ResponseCounter();
    const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true });
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => {
      for (const status of answers.take(String(chunk))) {
        this.#isBusy = false;
        this.#answered(this, status, performance.now() - this.#dueAt);
      }
    });
    await new Promise<void>((resolve, reject) => {
      socket.on("connect", resolve);
      socket.on("error", reject);
    });
    socket.on("close", () => {
      if (this.#isBusy) {
        throw new Error(`the connection to port ${this.#port} was closed under a request`);
      }
    });
  }

  /** @param dueAt when the request should have been sent, by `performance.now()` */
  send(request: string, dueAt = performance.now()): void {
    this.#isBusy = true;
    this.#dueAt = dueAt;
    this.#socket?.write(request, "latin1");
  }

  close(): void {
    this.#isBusy = false;
    this.#socket?.destroy();
  }
}
