// Virtual time: a heap of things to happen, and a seeded random number generator (mulberry32), so that a seed replays a
// run.

export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly happen: (now: number) => void;
}

export class EventQueue {
  readonly #heap: Event[] = [];
  #order = 0;

  add(at: number, happen: (now: number) => void): void {
    this.#heap.push({ at, order: this.#order++, happen });
    this.#rise(this.#heap.length - 1);
  }

  run(until: number): void {
    for (let next = this.#take(); next && next.at <= until; next = this.#take()) {
      next.happen(next.at);
    }
  }

  #take(): Event | undefined {
    const top = this.#heap[0];
    const last = this.#heap.pop();
    if (top && last && top !== last) {
      this.#heap[0] = last;
      this.#sink(0);
    }
    return top;
  }

  #before(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (!x || !y) {
      return false;
    }
    return x.at < y.at || (x.at === y.at && x.order < y.order);
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a], this.#heap[b]];
    if (x && y) {
      [this.#heap[a], this.#heap[b]] = [y, x];
    }
  }

  #rise(index: number): void {
    for (let at = index; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) {
        return;
      }
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(index: number): void {
    for (let at = index; ;) {
      const left = 2 * at + 1;
      const smaller = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(smaller, at)) {
        return;
      }
      this.#swap(at, smaller);
      at = smaller;
    }
  }
}
