// What a proxy has under way: waited for when it stops, and ended when it stands still. A body of which no byte comes
// and an answer that nobody reads would hold a connection for ever otherwise.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

interface UnderWayTerms {
  /** Longest wait for the next byte of a body, and for a caller that reads. */
  readonly stallMs: number;
  /** Between two looks. */
  readonly lookMs: number;
  now(): number;
  /** The body did not come; nothing has been answered. */
  stalled(incoming: IncomingMessage, outgoing: ServerResponse): void;
}

interface Watched {
  readonly socket: Socket;
  /** It is the caller's turn, to send or to read. */
  waits(): boolean;
  /** It was the caller's turn for too long. */
  end(): void;
  /** Bytes of its connection, in and out, and since when they have been so many. */
  moved: number;
  since: number;
}

export class UnderWay {
  readonly #terms: UnderWayTerms;
  readonly #watched = new Set<Watched>();
  readonly #waiting = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;

  constructor(terms: UnderWayTerms) {
    this.#terms = terms;
    this.#timer = setInterval(() => this.#look(), terms.lookMs);
    this.#timer.unref();
  }

  get size(): number {
    return this.#watched.size;
  }

  add(incoming: IncomingMessage, outgoing: ServerResponse): void {
    this.#watch(outgoing, {
      socket: incoming.socket,
      // A body that the service does not take is not its caller's fault.
      waits: () => (!incoming.complete && !incoming.isPaused()) || outgoing.writableNeedDrain,
      end: () => (outgoing.headersSent ? outgoing.destroy() : this.#terms.stalled(incoming, outgoing)),
    });
  }

  /** After an upgrade: silence is no fault there, but not to read what is there. */
  addSocket(socket: Socket): void {
    this.#watch(socket, { socket, waits: () => socket.writableNeedDrain, end: () => socket.destroy() });
  }

  #watch(whole: ServerResponse | Socket, caller: Pick<Watched, "socket" | "waits" | "end">): void {
    const watched = { ...caller, moved: movedBy(caller.socket), since: this.#terms.now() };
    this.#watched.add(watched);
    whole.on("close", () => {
      this.#watched.delete(watched);
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
    this.#watched.forEach(({ socket }) => socket.destroy());
  }

  #tell(): void {
    if (this.size === 0) {
      this.#waiting.forEach((resolve) => resolve());
    }
  }

  #look(): void {
    const now = this.#terms.now();
    for (const watched of this.#watched) {
      const moved = movedBy(watched.socket);
      if (moved !== watched.moved || !watched.waits()) {
        watched.moved = moved;
        watched.since = now;
      } else if (now - watched.since >= this.#terms.stallMs) {
        watched.end();
      }
    }
  }
}

const movedBy = (socket: Socket): number => socket.bytesRead + socket.bytesWritten;
