// A clock that goes only while somebody sleeps, for tests in which several do: whoever is due first wakes first, and
// nobody's sleep adds to another's.

export interface OwnTime {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Lets time pass while nobody sleeps. */
  readonly pass: (ms: number) => void;
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

export function ownTime(begin: number): OwnTime {
  let now = begin;
  const sleepers: Sleeper[] = [];
  const wakeFirst = (): void => {
    const first = sleepers.reduce((one, other) => (other.due < one.due ? other : one));
    sleepers.splice(sleepers.indexOf(first), 1);
    now = Math.max(now, first.due);
    first.wake();
  };
  return {
    now: () => now,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ due: now + ms, wake });
        setTimeout(wakeFirst, 0);
      }),
    pass: (ms) => void (now += ms),
  };
}
