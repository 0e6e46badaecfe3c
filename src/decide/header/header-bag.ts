// A request's headers while the rooms work on them: a plain map, because each call on the runtime's own `Headers` costs as
// much as routing does. Handed to the runtime once, which checks names and values then. Repeated lines are one, joined (RFC
// 9110 §5.3); what a text cannot hold (Set-Cookie lines, bytes that are no UTF-8) stays in `Headers`, which fits here, too.
import type { HeaderList, HeaderTarget } from "./headers.ts";

/** What the rooms need of headers: these, or the runtime's. */
export interface HeaderFields extends HeaderList, HeaderTarget, Iterable<[name: string, value: string]> {
  has(name: string): boolean;
  keys(): Iterable<string>;
}

export class HeaderBag implements HeaderFields {
  readonly #values: Map<string, string>;

  /** @param values by lower-case name; owned by the bag from now on */
  constructor(values: Map<string, string>) {
    this.#values = values;
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), value);
  }

  append(name: string, value: string): void {
    const before = this.get(name);
    this.set(name, before === null ? value : `${before}, ${value}`);
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  forEach(visit: (value: string, name: string) => void): void {
    this.#values.forEach((value, name) => visit(value, name));
  }

  keys(): Iterable<string> {
    return this.#values.keys();
  }

  [Symbol.iterator](): Iterator<[name: string, value: string]> {
    return this.#values.entries();
  }

  /** For `fetch`: in one piece, which is the cheapest way to hand headers over. */
  toRecord(): Record<string, string> {
    return Object.fromEntries(this.#values);
  }
}
