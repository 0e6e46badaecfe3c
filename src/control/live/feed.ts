// One reader's feed: a read a second of what it follows, told as what changed. The reads are calls of this same app
// with the reader's own proof, so what it may see is decided anew each time, and the feed ends with the right.
import { followSchema, type LiveMessage } from "../../model/api/live.ts";
import { gapOf, MOST_FOLLOWED, nextRead, followPaceOf, type Followed } from "../../decide/live/pace.ts";
import { patchBetween } from "../../decide/text/json-patch.ts";
import { isRecord } from "../../model/word/record.ts";
import type { ReadAnswer } from "./shared-reads.ts";

/** For what readers were told, of all of an isolate; it is counted in characters of JSON. */
export interface Room {
  left: number;
}

interface FeedWorld {
  readonly room: Room;
  /** @param notBefore an answer from before then will not do, milliseconds since the epoch */
  readonly read: (path: string, notBefore: number) => Promise<ReadAnswer>;
  readonly now: () => number;
}

/** What is larger is asked for when somebody wants it: to compare it each time would be the feed's only work. */
const MOST_BYTES = 1_000_000;

interface Held extends Followed {
  readAt: number;
  /** What was told last; undefined = nothing yet. */
  told: unknown;
  /** Of the room. */
  takes: number;
}

/** The proof is no good any more. */
export const RIGHT_ENDED = "right ended";

export class Feed {
  readonly #world: FeedWorld;
  #held = new Map<string, Held>();
  #revision = 0;
  /** Since when the mesh is another, as far as this reader knows. */
  #changedAt = 0;

  constructor(world: FeedWorld) {
    this.#world = world;
  }

  /** Gives its room back: nothing is told any more. */
  close(): void {
    this.#held.forEach((one) => this.#keep(one, undefined, 0));
    this.#held = new Map();
  }

  /** @returns whether it was a message of ours; what cannot be followed is left out. */
  follow(message: string): boolean {
    const wanted = followSchema.safeParse(parsed(message));
    if (!wanted.success) {
      return false;
    }
    if (wanted.data.anew === true) {
      this.#changedAt = this.#world.now();
    }
    const before = this.#held;
    this.#held = new Map(
      wanted.data.follow.slice(0, MOST_FOLLOWED).flatMap((path): [string, Held][] => {
        const paceMs = followPaceOf(path);
        return paceMs === null
          ? []
          : [[path, before.get(path) ?? { path, paceMs, readAt: 0, told: undefined, takes: 0 }]];
      }),
    );
    before.forEach((one, path) => this.#held.has(path) || this.#keep(one, undefined, 0));
    return true;
  }

  /** The most overdue read, told; nothing where none is due. */
  async step(): Promise<readonly LiveMessage[] | typeof RIGHT_ENDED> {
    const now = this.#world.now();
    const one = nextRead(this.#held.values(), now);
    if (one === null) {
      return [];
    }
    const gap = gapOf(one, now);
    one.readAt = now;
    const { status, length, value } = await this.#world.read(one.path, this.#changedAt);
    if (status === 401) {
      return RIGHT_ENDED;
    }
    const at = new Date(now).toISOString();
    const { path } = one;
    const answered = status === 200 && length > MOST_BYTES ? 413 : status;
    if (answered !== 200) {
      // A failure of ours may pass; a no is not asked for again.
      if (answered < 500) {
        this.#keep(one, undefined, 0);
        this.#held.delete(path);
      }
      return answered < 500 ? [{ event: "refused", path, at, status: answered }] : [];
    }
    this.#noteRevision(value, one);
    const told = tellingOf(one, value, length, at);
    this.#keep(one, value, length);
    return gap === null ? [told] : [{ event: "gap", path, at, seconds: gap / 1000 }, told];
  }

  /** To compare the next with; where there is no room, the next is told whole. */
  #keep(one: Held, value: unknown, length: number): void {
    const { room } = this.#world;
    // A read that was on its way when the reader went, or followed something else, is kept by nobody.
    const takes = this.#held.get(one.path) === one && length <= room.left + one.takes ? length : 0;
    room.left += one.takes - takes;
    one.takes = takes;
    one.told = takes === 0 ? undefined : value;
  }

  /** After a change of the mesh everything may be another: it is read before its time. */
  #noteRevision(value: unknown, by: Held): void {
    const revision = isRecord(value) && "nextCursor" in value ? value.revision : undefined;
    if (typeof revision === "number" && revision !== this.#revision) {
      if (this.#revision !== 0) {
        this.#changedAt = this.#world.now();
        for (const one of this.#held.values()) {
          one.readAt = one === by ? one.readAt : Math.min(one.readAt, this.#world.now() - one.paceMs);
        }
      }
      this.#revision = revision;
    }
  }
}

function tellingOf({ path, told }: Held, value: unknown, length: number, at: string): LiveMessage {
  if (told !== undefined) {
    const patch = patchBetween(told, value);
    if (JSON.stringify(patch).length < length) {
      return { event: "delta", path, at, patch };
    }
  }
  return { event: "snapshot", path, at, value };
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
