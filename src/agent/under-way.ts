// What a proxy has under way: waited for when it stops, and ended when it stands still. A body of which no byte comes
// and an answer that nobody reads would hold a connection for ever otherwise.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

interface UnderWayTerms {
  /** Longest wait for the next byte of a body, and for a caller that reads. */
  readonly stallMs: number;
  /** Between two looks. */
  readonly lookMs: number;
  now(): number;
  /** The body did not come; nothing has been answered. */
  stalled(incoming: IncomingMessage, outgoing: ServerResponse): void;
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  /** Bytes of its connection, in and out, and since when they have been so many. */
  moved: number;
  since: number;
}

export class UnderWay {
  readonly #terms: UnderWayTerms;
  readonly #exchanges = new Set<Exchange>();
  readonly #sockets = new Set<Duplex>();
  readonly #waiting = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;

  constructor(terms: UnderWayTerms) {
    this.#terms = terms;
    this.#timer = setInterval(() => this.#look(), terms.lookMs);
    this.#timer.unref();
  }

  get size(): number {
    return this.#exchanges.size + this.#sockets.size;
  }

  add(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const exchange = { incoming, outgoing, moved: movedBy(incoming), since: this.#terms.now() };
    this.#exchanges.add(exchange);
    outgoing.on("close", () => {
      this.#exchanges.delete(exchange);
      this.#tell();
    });
  }

  addSocket(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#tell();
    });
  }

  /** Resolves when nothing is under way, or the time is over. */
  async ended(withinMs: number): Promise<void> {
    if (this.size === 0) {
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    this.#waiting.add(resolve);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(resolve);
  }

  /** Ends what is left. */
  close(): void {
    clearInterval(this.#timer);
    this.#exchanges.forEach(({ outgoing }) => outgoing.destroy());
    this.#sockets.forEach((socket) => socket.destroy());
  }

  #tell(): void {
    if (this.size === 0) {
      this.#waiting.forEach((resolve) => resolve());
    }
  }

  #look(): void {
    const now = this.#terms.now();
    for (const exchange of this.#exchanges) {
      const { incoming, outgoing } = exchange;
      const moved = movedBy(incoming);
      // A body that the service does not take is not its caller's fault.
      const waitsForBody = !incoming.complete && !incoming.isPaused();
      if (moved !== exchange.moved || !(waitsForBody || outgoing.writableNeedDrain)) {
        exchange.moved = moved;
        exchange.since = now;
      } else if (now - exchange.since >= this.#terms.stallMs) {
        if (outgoing.headersSent) {
          outgoing.destroy();
        } else {
          this.#terms.stalled(incoming, outgoing);
        }
      }
    }
  }
}

const movedBy = ({ socket }: IncomingMessage): number => socket.bytesRead + socket.bytesWritten;
