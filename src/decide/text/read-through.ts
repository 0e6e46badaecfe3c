// A bounded map laid over another one: what is read is copied up, what is written stays here, and the one below never
// changes. For those who try what would happen.
import { BoundedMap } from "./bounded-map.ts";

export class ReadThrough<Key, Value> extends BoundedMap<Key, Value> {
  readonly #below: Pick<BoundedMap<Key, Value>, "get" | "most">;
  readonly #copy: (value: Value) => Value;

  constructor(below: Pick<BoundedMap<Key, Value>, "get" | "most">, copy: (value: Value) => Value) {
    super(below.most);
    this.#below = below;
    this.#copy = copy;
  }

  override get(key: Key): Value | undefined {
    const own = super.get(key);
    if (own !== undefined) {
      return own;
    }
    const under = this.#below.get(key);
    if (under === undefined) {
      return undefined;
    }
    const copied = this.#copy(under);
    this.set(key, copied);
    return copied;
  }

  override getOrMake(key: Key, make: () => Value): Value {
    return this.get(key) ?? super.getOrMake(key, make);
  }
}
