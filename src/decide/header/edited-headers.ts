// A request's headers as a service will get them: what the caller sent, with what the stages said written over it. Read
// by every stage, handed to `fetch` in one piece at the very end. What came as text is a plain record from the first
// look on, because each call on the runtime's own `Headers` costs as much as routing does; what text cannot hold
// (Set-Cookie lines, bytes that are no UTF-8) stays there. Repeated lines are one, joined (RFC 9110 §5.3).
import type { HeaderPair } from "../../model/snapshot/snapshot.ts";
import { blankRecord, type HeaderRecord } from "./header-record.ts";
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
  /** What text can hold, edited in place; null = `#sent` is as it came, and `#edits` above it. */
  readonly #record: HeaderRecord | null;
  readonly #sent: Headers | null;
  /** By lower-case name; null = taken away. Of `#sent` only. */
  readonly #edits: Map<string, string | null> | null;

  /** @param sent by lower-case name; a record is taken over, anything else stays as it is */
  constructor(sent: HeaderRecord | ReadonlyMap<string, string> | Headers) {
    const isNative = sent instanceof Headers;
    this.#sent = isNative ? sent : null;
    this.#edits = isNative ? new Map() : null;
    this.#record = isNative ? null : sent instanceof Map ? recordOf(sent) : (sent as HeaderRecord);
  }

  /** The same, to be edited apart. */
  copy(): EditedHeaders {
    if (this.#record !== null) {
      return new EditedHeaders(Object.assign(blankRecord(), this.#record));
    }
    return new EditedHeaders(this.written() as Headers);
  }

  get(name: string): string | null {
    const key = name.toLowerCase();
    if (this.#record !== null) {
      return this.#record[key] ?? null;
    }
    const edit = this.#edits?.get(key);
    return edit === undefined ? (this.#sent?.get(key) ?? null) : edit;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  set(name: string, value: string): void {
    this.#put(name.toLowerCase(), value);
  }

  append(name: string, value: string): void {
    const before = this.get(name);
    this.set(name, before === null ? value : before + between(name) + value);
  }

  delete(name: string): void {
    this.#put(name.toLowerCase(), null);
  }

  #put(key: string, value: string | null): void {
    if (this.#record === null) {
      this.#edits?.set(key, value);
    } else if (value !== null) {
      this.#record[key] = value;
    } else if (key in this.#record) {
      Reflect.deleteProperty(this.#record, key);
    }
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
    const record = this.#record;
    if (record !== null) {
      for (const name of Object.keys(record)) {
        visit(record[name] ?? "", name);
      }
      return;
    }
    this.#sent?.forEach((value, name) => {
      if (this.#edits?.has(name) !== true) {
        visit(value, name);
      }
    });
    this.#edits?.forEach((value, name) => {
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
   * For `fetch`, which copies them: in one piece, which is the cheapest way to hand headers over. The record itself,
   * where there is one.
   */
  written(): HeaderRecord | Headers {
    if (this.#record !== null) {
      return this.#record;
    }
    const headers = new Headers(this.#sent ?? undefined);
    for (const [name, value] of this.#edits ?? []) {
      if (value === null) {
        headers.delete(name);
      } else {
        headers.set(name, value);
      }
    }
    return headers;
  }
}

/** Lines of a name are one list, but for cookies, which know no comma (RFC 6265 §4.2.1, RFC 9113 §8.2.3). */
function between(name: string): string {
  return name.toLowerCase() === "cookie" ? "; " : ", ";
}

function recordOf(sent: ReadonlyMap<string, string>): HeaderRecord {
  const record = blankRecord();
  for (const [name, value] of sent) {
    record[name] = value;
  }
  return record;
}
