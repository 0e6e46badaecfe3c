// A request's headers as a service will get them: what the caller sent, which nobody changes, and above it what the
// stages said. Read by every stage, written into one piece for `fetch` at the very end. What came as text is a plain
// map, because each call on the runtime's own `Headers` costs as much as routing does; what text cannot hold
// (Set-Cookie lines, bytes that are no UTF-8) stays there. Repeated lines are one, joined (RFC 9110 §5.3).
import type { HeaderPair } from "../../model/snapshot/snapshot.ts";
import type { HeaderList, HeaderTarget } from "./headers.ts";

/** What the stages need of headers: these, or the runtime's. */
export interface HeaderFields extends HeaderList {
  has(name: string): boolean;
  keys(): Iterable<string>;
}

/** What a stage has to say: applied in this order. */
export interface HeaderEdit {
  readonly set?: readonly HeaderPair[];
  /** Beside what is there. */
  readonly add?: readonly HeaderPair[];
  readonly remove?: readonly string[];
}

export class EditedHeaders implements HeaderFields, HeaderTarget {
  readonly #sent: ReadonlyMap<string, string> | Headers;
  /** By lower-case name; null = taken away. */
  readonly #edits = new Map<string, string | null>();

  /** @param sent by lower-case name; not to be changed from now on */
  constructor(sent: ReadonlyMap<string, string> | Headers) {
    this.#sent = sent;
  }

  /** The same, to be edited apart. */
  copy(): EditedHeaders {
    const copied = new EditedHeaders(this.#sent);
    for (const [name, value] of this.#edits) {
      copied.#edits.set(name, value);
    }
    return copied;
  }

  get(name: string): string | null {
    const key = name.toLowerCase();
    const edit = this.#edits.size === 0 ? undefined : this.#edits.get(key);
    return edit === undefined ? (this.#sent.get(key) ?? null) : edit;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  set(name: string, value: string): void {
    this.#edits.set(name.toLowerCase(), value);
  }

  append(name: string, value: string): void {
    const before = this.get(name);
    this.set(name, before === null ? value : before + between(name) + value);
  }

  delete(name: string): void {
    this.#edits.set(name.toLowerCase(), null);
  }

  edit({ set, add, remove }: HeaderEdit): void {
    if (set !== undefined) {
      for (const [name, value] of set) {
        this.set(name, value);
      }
    }
    if (add !== undefined) {
      for (const [name, value] of add) {
        this.append(name, value);
      }
    }
    if (remove !== undefined) {
      for (const name of remove) {
        this.delete(name);
      }
    }
  }

  forEach(visit: (value: string, name: string) => void): void {
    this.#sent.forEach((value, name) => {
      if (!this.#edits.has(name)) {
        visit(value, name);
      }
    });
    this.#edits.forEach((value, name) => {
      if (value !== null) {
        visit(value, name);
      }
    });
  }

  keys(): string[] {
    const names: string[] = [];
    this.forEach((_, name) => names.push(name));
    return names;
  }

  /**
   * For `fetch`: in one piece, which is the cheapest way to hand headers over.
   *
   * @param last of this call alone, above everything else; null = not sent
   */
  written(last: readonly (readonly [name: string, value: string | null])[] = []): Record<string, string> | Headers {
    return this.#sent instanceof Headers ? this.#copied(this.#sent, last) : this.#recorded(this.#sent, last);
  }

  #recorded(
    sent: ReadonlyMap<string, string>,
    last: readonly (readonly [name: string, value: string | null])[],
  ): Record<string, string> {
    // Without a prototype a name is only a name, `__proto__` too.
    const record = blank();
    const edits = this.#edits;
    for (const [name, value] of sent) {
      if (!edits.has(name)) {
        record[name] = value;
      }
    }
    for (const [name, value] of edits) {
      if (value !== null) {
        record[name] = value;
      }
    }
    for (const [name, value] of last) {
      if (value === null) {
        Reflect.deleteProperty(record, name);
      } else {
        record[name] = value;
      }
    }
    return record;
  }

  #copied(sent: Headers, last: readonly (readonly [name: string, value: string | null])[]): Headers {
    const headers = new Headers(sent);
    for (const edits of [this.#edits, last]) {
      for (const [name, value] of edits) {
        if (value === null) {
          headers.delete(name);
        } else {
          headers.set(name, value);
        }
      }
    }
    return headers;
  }
}

/** Lines of a name are one list, but for cookies, which know no comma (RFC 6265 §4.2.1, RFC 9113 §8.2.3). */
function between(name: string): string {
  return name.toLowerCase() === "cookie" ? "; " : ", ";
}

function blank(): Record<string, string> {
  return { __proto__: null } as unknown as Record<string, string>;
}
