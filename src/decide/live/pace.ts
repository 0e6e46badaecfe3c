// Which reads a live feed may follow, how often, and which of them is next. One read a second and reader at most: where
// more is followed than that, everything comes a little later. Pure.

/** The longest that a read is left alone while it is followed, by the path without its query. */
const paces: readonly (readonly [path: RegExp, ms: number])[] = [
  [/^\/requests$/, 3_000],
  [/^\/(?:stats|graph|revisions|rollouts)$/, 5_000],
  [/^\/(?:breakers|limits|catalog|traces)$/, 10_000],
  [/^\/(?:resources|audit|tokens|contracts|changes|keys|report)$/, 30_000],
  // Names alone: what climbs, or ends early, would be another call of the API.
  [/^\/(?:revisions\/\d+\/propagation|applications\/[a-z0-9-]+\/[a-z0-9-]+\/credentials)$/, 30_000],
];

/** Paths of one reader. */
export const MOST_FOLLOWED = 40;
const FARTHEST = 500;

/** How often a path is read, milliseconds; null = it is not followed. */
export function followPaceOf(path: string): number | null {
  const [bare = ""] = path.split("?", 1);
  return path.length > FARTHEST ? null : (paces.find(([one]) => one.test(bare))?.[1] ?? null);
}

/** For people: `/stats`, every 5 s. */
export const followable: readonly { readonly path: string; readonly seconds: number }[] = paces.map(([path, ms]) => ({
  path: path.source.replaceAll(/[\\^$]|\(\?:|\)$/g, ""),
  seconds: ms / 1000,
}));

export interface Followed {
  readonly path: string;
  readonly paceMs: number;
  /** Milliseconds since the epoch; 0 = never. */
  readonly readAt: number;
}

/** The one that is most overdue by its own pace; null = none is due. */
export function nextRead<One extends Followed>(followed: Iterable<One>, now: number): One | null {
  let [next, most]: [One | null, number] = [null, 1];
  for (const one of followed) {
    const due = one.readAt === 0 ? Number.POSITIVE_INFINITY : (now - one.readAt) / one.paceMs;
    if (due >= most && (next === null || due > most || one.paceMs < next.paceMs)) {
      [next, most] = [one, due];
    }
  }
  return next;
}

/** How long it was left alone, when that is a gap; else null. */
export function gapOf({ readAt, paceMs }: Followed, now: number): number | null {
  return readAt !== 0 && now - readAt > 3 * paceMs ? now - readAt : null;
}
