// Sockets that node:http has let go of, after an upgrade: nobody reads them, so nobody would notice that the other side
// has left, and nobody closes them.
import type { Duplex } from "node:stream";

/** Whoever has got everything, or has closed its half, may take so long to close the rest. */
const LINGER_MS = 1_000;
/** Before the other side has switched there is nothing to say. */
const MAX_EARLY_BYTES = 65_536;

/** Writes the last of it. What still comes is not looked at. */
export function endSocket(socket: Duplex, last = ""): void {
  socket.resume();
  socket.end(last);
  destroyLater(socket);
}

/** Passes bytes both ways until either ends. */
export function joinSockets(one: Duplex, other: Duplex): void {
  pass(one, other);
  pass(other, one);
}

function pass(from: Duplex, to: Duplex): void {
  from.pipe(to);
  from.on("error", () => to.destroy());
  from.on("end", () => destroyLater(to));
  from.on("close", () => destroyLater(to));
}

function destroyLater(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.on("close", () => clearTimeout(timer));
}

/** Reads a socket while the other side decides, so that a caller who leaves is noticed. */
export class EarlyBytes {
  readonly #socket: Duplex;
  readonly #kept: Buffer[];
  #size: number;

  constructor(socket: Duplex, first: Buffer) {
    this.#socket = socket;
    this.#kept = [first];
    this.#size = first.length;
    socket.on("data", this.#keep);
    socket.on("end", this.#leave);
  }

  /** What came so far; the socket is the taker's to read from now on. */
  take(): Buffer {
    this.#socket.off("data", this.#keep);
    this.#socket.off("end", this.#leave);
    this.#socket.pause();
    return Buffer.concat(this.#kept);
  }

  readonly #keep = (bytes: Buffer): void => {
    this.#kept.push(bytes);
    this.#size += bytes.length;
    if (this.#size > MAX_EARLY_BYTES) {
      this.#socket.destroy();
    }
  };

  readonly #leave = (): void => void this.#socket.destroy();
}
