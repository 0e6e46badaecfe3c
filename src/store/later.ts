// Objects and lists whose members are read when they are first asked for, and kept. Whoever uses one cannot tell it
// from one that was read whole, but for the time it takes. Asking for all of it, keys with values, reads all of it.

interface Members {
  keys(): string[];
  /** -1 = there is no such member. */
  find(key: string): number;
  read(at: number): unknown;
}

/** @param find the place of a member, whose name is none of every object's; -1 = there is none of that name */
export function laterRecord<Value>(
  names: () => string[],
  find: (name: string) => number,
  read: (at: number) => Value,
): Readonly<Record<string, Value>> {
  return later<Record<string, Value>>({}, { keys: names, find, read });
}

export function laterList<Value>(length: number, read: (at: number) => Value): readonly Value[] {
  const kept: Value[] = [];
  kept.length = length;
  return later(kept, {
    keys: () => [...Array.from({ length }, (_, at) => String(at)), "length"],
    find: (key) => (INDEX.test(key) && Number(key) < length ? Number(key) : -1),
    read,
  });
}

const INDEX = /^(?:0|[1-9]\d{0,8})$/;

/** @param kept what has been read so far */
function later<Whole extends object>(kept: Whole, { keys, find, read }: Members): Whole {
  const readFirst = (key: string | symbol): void => {
    if (typeof key === "string" && !Object.hasOwn(kept, key)) {
      const at = find(key);
      if (at !== -1) {
        Reflect.set(kept, key, read(at));
      }
    }
  };
  return new Proxy(kept, {
    get: (_, key) => {
      // What JSON says is never undefined, so this is a member that was read, or none.
      const known: unknown = Reflect.get(kept, key);
      if (known !== undefined) {
        return known;
      }
      readFirst(key);
      return Reflect.get(kept, key);
    },
    getOwnPropertyDescriptor: (_, key) => {
      readFirst(key);
      return Reflect.getOwnPropertyDescriptor(kept, key);
    },
    has: (_, key) => Reflect.has(kept, key) || (typeof key === "string" && find(key) !== -1),
    ownKeys: keys,
  });
}
