// Which of many AuthorizationPolicies may have anything to say about a request. A policy stands under words of which
// one must be among the request's own if it is to match, in whatever way the request is read; one that has no such
// words is asked each time. What is left out would have said "no", so whoever asks the rest decides the same.
import type { Authorization, AuthorizationRule, AuthorizationSource } from "../../model/snapshot/access.ts";
import { pathReadings, principalsOf, type AuthorizationRequest } from "./request.ts";

/** Up to so many are simply asked. */
const FEW = 16;
/** What indexes of one table hold together; once it is reached, places without one ask all of theirs. */
const MOST_ENTRIES = 100_000;
/** Segments of a word that are looked at: a path has as many as a caller likes. */
const MOST_SEGMENTS = 12;

interface Index {
  /** Positions among those that hold: of policies without words, and of ones that are missing. */
  readonly always: readonly number[];
  readonly byWord: ReadonlyMap<string, readonly number[]>;
}

/** Of one table: those that hold at a place, as the place lists them; null = too many to be held. */
interface Indexes {
  entriesLeft: number;
  readonly ofPlace: WeakMap<readonly number[], Index | null>;
  /** Places that list the same policies share one. */
  readonly ofList: Map<string, Index>;
}

// A pure cache of what was laid out: a table is of one snapshot, never changed, and gone with it.
const indexes = new WeakMap<readonly Authorization[], Indexes>();

/** Those of `held` that may match, in the same order; those that are missing in the table are always among them. */
export function candidatesAmong(
  table: readonly Authorization[],
  held: readonly number[],
  asked: AuthorizationRequest,
): readonly number[] {
  const index = held.length <= FEW ? null : indexOf(table, held);
  if (index === null) {
    return held;
  }
  const found = new Set(index.always);
  for (const word of wordsOfRequest(asked)) {
    index.byWord.get(word)?.forEach((position) => found.add(position));
  }
  return [...found].toSorted((one, other) => one - other).flatMap((position) => held[position] ?? []);
}

function indexOf(table: readonly Authorization[], held: readonly number[]): Index | null {
  let own = indexes.get(table);
  if (own === undefined) {
    own = { entriesLeft: MOST_ENTRIES, ofPlace: new WeakMap(), ofList: new Map() };
    indexes.set(table, own);
  }
  let index = own.ofPlace.get(held);
  if (index === undefined) {
    const list = held.join(" ");
    index = own.ofList.get(list) ?? null;
    if (index === null && own.entriesLeft > 0) {
      index = newIndex(held.map((at) => table[at] ?? null));
      own.entriesLeft -= sizeOf(index);
      own.ofList.set(list, index);
    }
    own.ofPlace.set(held, index);
  }
  return index;
}

function newIndex(policies: readonly (Authorization | null)[]): Index {
  const choices = policies.map((policy) => policy?.rules.map(wordsToChooseFrom) ?? null);
  const counts = new Map<string, number>();
  for (const word of choices.flatMap((rules) => rules ?? []).flat(2)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const rarity = (words: readonly string[]): number =>
    words.reduce((most, word) => Math.max(most, counts.get(word) ?? 0), 0);
  const always: number[] = [];
  const byWord = new Map<string, number[]>();
  for (const [position, rules] of choices.entries()) {
    if (rules === null || rules.some((rule) => rule.length === 0)) {
      always.push(position);
      continue;
    }
    // The rarer the words, the fewer policies are asked in vain.
    const words = rules.flatMap((rule) => rule.toSorted((one, other) => rarity(one) - rarity(other))[0] ?? []);
    for (const word of new Set(words)) {
      const there = byWord.get(word);
      if (there === undefined) {
        byWord.set(word, [position]);
      } else {
        there.push(position);
      }
    }
  }
  return { always, byWord };
}

function sizeOf({ always, byWord }: Index): number {
  return [...byWord.values()].reduce((sum, positions) => sum + positions.length, always.length);
}

/** Lists of words; of each, one must be the request's if the rule is to match. None: it may match anything. */
function wordsToChooseFrom({ from, to }: AuthorizationRule): string[][] {
  const paths = allOf(to.map((operation) => wordsOf("path", operation.paths)));
  const sources = allOf(from.map(wordsOfSource));
  return [paths, sources].filter((words) => words !== null);
}

function wordsOfSource({ principals, namespaces, applications }: AuthorizationSource): string[] | null {
  return wordsOf("principal", principals) ?? wordsOf("application", applications) ?? wordsOf("namespace", namespaces);
}

/** Of alternatives: together, if each has some; null = one of them may match anything, or there are none. */
function allOf(alternatives: readonly (string[] | null)[]): string[] | null {
  const told = alternatives.filter((words) => words !== null);
  return told.length === 0 || told.length < alternatives.length ? null : told.flat();
}

/** null = one of the patterns may be any text, or there are none and so no condition. */
function wordsOf(kind: string, patterns: readonly string[]): string[] | null {
  return allOf(
    patterns.map((pattern) => {
      const star = pattern.indexOf("*");
      if (star === -1) {
        return [`${kind}=${pattern}`];
      }
      const begun = beginningsOf(pattern.slice(0, star)).at(-1);
      return begun === undefined ? null : [`${kind}^${begun}`];
    }),
  );
}

/** `/a/b/c` begins with `/`, `/a/` and `/a/b/`. */
function beginningsOf(text: string): string[] {
  const beginnings: string[] = [];
  for (let at = text.indexOf("/"); at !== -1 && beginnings.length < MOST_SEGMENTS; at = text.indexOf("/", at + 1)) {
    beginnings.push(text.slice(0, at + 1));
  }
  return beginnings;
}

function* wordsOfRequest(asked: AuthorizationRequest): Generator<string> {
  const { workload, application } = asked.caller;
  for (const path of new Set(pathReadings(asked))) {
    yield* wordsOfText("path", path);
  }
  for (const principal of principalsOf(asked.caller)) {
    yield* wordsOfText("principal", principal);
  }
  for (const party of [workload, application]) {
    if (party !== null) {
      yield* wordsOfText("namespace", party.namespace);
    }
  }
  if (application !== null) {
    yield* wordsOfText("application", `${application.namespace}/${application.name}`);
  }
}

function* wordsOfText(kind: string, text: string): Generator<string> {
  yield `${kind}=${text}`;
  for (const beginning of beginningsOf(text)) {
    yield `${kind}^${beginning}`;
  }
}
