// A snapshot as text, and back. The text is one JSON value, which can be read whole. In front of it stands how long its
// many small parts are (services, rules, matches), so that a new isolate reads those that its requests need, and no
// others. Pure.
import type { SnapshotOf1 } from "../model/snapshot/schema-1.ts";
import type { Router, Rule, RuleMatch, ServiceEntry, Snapshot } from "../model/snapshot/snapshot.ts";
import { laterList, laterRecord } from "./later.ts";

/** Lengths of parts that follow each other, with a comma between two. */
interface Parts {
  /** Of `"<key>":{…}`; in the order of the keys as they are written. */
  readonly services: readonly number[];
  readonly rules: readonly number[];
  readonly matches: readonly number[];
}

/** What stands around them. */
const SERVICES = `"services":{`;
const RULES = `},"router":{"rules":[`;
const MATCHES = `],"matches":[`;

/** Characters in one piece: about a millisecond of work for whoever takes it. */
const PIECE_CHARS = 64 * 1024;

/** The text in pieces; an empty one is a rest. */
export function* writeSnapshot({ services, router, ...rest }: Snapshot): Generator<string, void> {
  const { rules, matches, ...routing } = router;
  const names = Object.keys(services).toSorted();
  yield "";
  const written = {
    services: yield* texts(names, (name) => `${JSON.stringify(name)}:${JSON.stringify(services[name])}`),
    rules: yield* texts(rules, (rule) => JSON.stringify(rule)),
    matches: yield* texts(matches, (match) => JSON.stringify(match)),
  };
  const lengths = (parts: readonly string[]): number[] => parts.map(({ length }) => length);
  const parts: Parts = {
    services: lengths(written.services),
    rules: lengths(written.rules),
    matches: lengths(written.matches),
  };
  const index = JSON.stringify(parts);
  yield `{"partsLength":${index.length},"parts":${index},${SERVICES}`;
  yield* joined(written.services);
  yield RULES;
  yield* joined(written.rules);
  yield MATCHES;
  yield* joined(written.matches);
  yield `],${JSON.stringify(routing).slice(1)}`;
  yield `,${JSON.stringify(rest).slice(1)}`;
}

function* texts<Item>(items: readonly Item[], write: (item: Item) => string): Generator<string, string[]> {
  const written: string[] = [];
  let length = 0;
  for (const item of items) {
    const text = write(item);
    written.push(text);
    length += text.length;
    if (length > PIECE_CHARS) {
      length = 0;
      yield "";
    }
  }
  return written;
}

function* joined(parts: readonly string[]): Generator<string, void> {
  let piece: string[] = [];
  let length = 0;
  for (const [at, part] of parts.entries()) {
    piece.push(at === 0 ? part : `,${part}`);
    length += part.length;
    if (length > PIECE_CHARS) {
      yield piece.join("");
      piece = [];
      length = 0;
    }
  }
  yield piece.join("");
}

const HEAD = /^\{"partsLength":(\d{1,9}),"parts":/;

/**
 * Throws where the text is no JSON. Of a part that shows when it is read: whoever calls this has seen to it that the
 * text is whole.
 */
export function snapshotFrom(text: string): Snapshot | SnapshotOf1 {
  const head = HEAD.exec(text);
  if (head === null) {
    // By a release that wrote no lengths.
    return JSON.parse(text);
  }
  const from = head[0].length;
  const to = from + Number(head[1]);
  const parts: Parts = JSON.parse(text.slice(from, to));
  const services = new Run(text, `,${SERVICES}`, to, parts.services);
  const rules = new Run(text, RULES, services.end, parts.rules);
  const matches = new Run(text, MATCHES, rules.end, parts.matches);
  // What is left without the parts is a snapshot, too: of no services and no rules.
  const frame: Snapshot = JSON.parse(`{${SERVICES}${RULES}${MATCHES}${text.slice(matches.end)}`);
  return {
    ...frame,
    services: laterRecord(
      () => services.names(),
      (key) => services.find(key),
      (at) => services.entry<ServiceEntry>(at),
    ),
    router: {
      ...frame.router,
      rules: laterList(rules.length, (at) => rules.row<Rule>(at)),
      matches: matchesFrom(matches, frame.router),
    },
  };
}

/** Those with regular expressions are tried one after the other for each request: then all of them are wanted. */
function matchesFrom(run: Run, { programs }: Router): readonly RuleMatch[] {
  return programs.length > 0 ? run.rows() : laterList(run.length, (at) => run.row<RuleMatch>(at));
}

/** Parts that follow each other. */
class Run {
  readonly length: number;
  /** Behind the last one. */
  readonly end: number;
  readonly #text: string;
  readonly #starts: Uint32Array;

  constructor(text: string, opening: string, from: number, lengths: readonly number[]) {
    let at = from + opening.length;
    if (!text.startsWith(opening, from)) {
      throw new SyntaxError("A snapshot's parts do not stand where its table says.");
    }
    const starts = new Uint32Array(lengths.length + 1);
    // A new isolate interprets this, and an iterator of entries costs it four times as much.
    for (let index = 0; index < lengths.length; index++) {
      starts[index] = at;
      at += (lengths[index] ?? 0) + 1;
    }
    starts[lengths.length] = at;
    this.length = lengths.length;
    this.end = lengths.length === 0 ? at : at - 1;
    this.#text = text;
    this.#starts = starts;
  }

  rows<Row>(): Row[] {
    return JSON.parse(`[${this.#text.slice(this.#starts[0], this.end)}]`);
  }

  row<Row>(at: number): Row {
    return JSON.parse(this.#part(at));
  }

  entry<Value>(at: number): Value {
    const one: Readonly<Record<string, Value>> = JSON.parse(`{${this.#part(at)}}`);
    const [value] = Object.values(one);
    if (value === undefined) {
      throw new SyntaxError("A snapshot has another part than its table says.");
    }
    return value;
  }

  names(): string[] {
    return Array.from({ length: this.length }, (_, at): string => JSON.parse(`"${this.#keyAt(at)}"`));
  }

  /** By halves: the keys are in order. -1 = there is none. */
  find(name: string): number {
    const key = JSON.stringify(name).slice(1, -1);
    let [low, high] = [0, this.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#keyAt(middle);
      if (found === key) {
        return middle;
      }
      [low, high] = found < key ? [middle + 1, high] : [low, middle - 1];
    }
    return -1;
  }

  #keyAt(at: number): string {
    return keyOf(this.#text, this.#starts[at] ?? 0);
  }

  #part(at: number): string {
    return this.#text.slice(this.#starts[at], (this.#starts[at + 1] ?? 0) - 1);
  }
}

/** As it is written between its quotes. No name of the mesh holds a quote or a backslash. */
function keyOf(text: string, from: number): string {
  return text.slice(from + 1, text.indexOf(`":`, from));
}
