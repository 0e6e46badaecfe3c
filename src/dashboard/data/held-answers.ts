// What the mesh answered lately, by path: told by the feed, or asked by the page itself. The feed's patches are against
// what the feed told, so that is kept beside what is shown.
import type { ApiAnswer } from "../../cli/session/client.ts";
import { patched } from "./patched.ts";
import type { LiveMessage } from "../../model/api/live.ts";

interface Held {
  readonly answer: ApiAnswer<unknown>;
  /** Milliseconds since the epoch, by this browser's clock. */
  readonly at: number;
  readonly isFed: boolean;
}

const MOST = 200;

export class HeldAnswers {
  readonly #shown = new Map<string, Held>();
  readonly #told = new Map<string, unknown>();

  /** @returns the path whose answer is another now; null = none is */
  take(message: LiveMessage, now: number): string | null {
    if (message.event === "snapshot") {
      this.#show(message.path, message.value, now);
      return message.path;
    }
    if (message.event === "delta" && this.#told.has(message.path)) {
      this.#show(message.path, patched(this.#told.get(message.path), message.patch), now);
      return message.patch.length === 0 ? null : message.path;
    }
    if (message.event === "refused") {
      this.#shown.delete(message.path);
      this.#told.delete(message.path);
      return message.path;
    }
    return null;
  }

  /** What is told from here on: of the rest nothing more is heard, so it ages as if the page had asked for it. */
  follow(paths: ReadonlySet<string>): void {
    for (const [path, held] of this.#shown) {
      if (held.isFed && !paths.has(path)) {
        this.#shown.set(path, { ...held, isFed: false });
        this.#told.delete(path);
      }
    }
  }

  #show(path: string, value: unknown, at: number): void {
    this.#told.set(path, value);
    this.#shown.set(path, { answer: { ok: true, status: 200, value, etag: null }, at, isFed: true });
  }

  keep(path: string, answer: ApiAnswer<unknown>, at: number): void {
    if (this.#shown.size >= MOST) {
      this.#shown.clear();
    }
    this.#shown.set(path, { answer, at, isFed: false });
  }

  /** @param freshMs what the page asked by itself is taken again for so long */
  answer(path: string, now: number, freshMs: number): ApiAnswer<unknown> | null {
    const held = this.#shown.get(path);
    return held !== undefined && (held.isFed || now - held.at < freshMs) ? held.answer : null;
  }

  /** How long ago it was told or asked. */
  at(path: string): number | null {
    return this.#shown.get(path)?.at ?? null;
  }

  /** Everything is asked anew; what the feed tells next is still against what it told. */
  forget(): void {
    this.#shown.clear();
  }

  /** The feed begins anew: it tells everything as a whole. */
  forgetTold(): void {
    this.#told.clear();
  }
}
