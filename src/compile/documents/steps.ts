// Work that can be put down: a generator that says, every now and then, how much it has done since it last said so.
// Whoever runs it may let others have their turn there; the result is the same. A unit is about ten microseconds, what
// one document costs.

export type Steps<Result> = Generator<number, Result, void>;

/** All of it at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
  }
}

/** `list.map(make)`, in steps. @param units what one costs */
export function* mapped<Item, Made>(
  list: Iterable<Item>,
  units: number,
  make: (item: Item, index: number) => Made,
): Steps<Made[]> {
  const made: Made[] = [];
  for (const item of list) {
    made.push(make(item, made.length));
    yield units;
  }
  return made;
}
