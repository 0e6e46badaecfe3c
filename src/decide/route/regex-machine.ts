// Runs the automata of the snapshot over a text: a simulation of all states at once (Thompson), so that the work is at
// most instructions × characters whatever pattern and text are, and cut off where that is still too much. Only full
// matches: a pattern never matches a part.
import type { RegexProgram } from "../../model/snapshot/snapshot.ts";

/** Longest text looked at, in UTF-16 units; a longer one matches nothing. */
export const MAX_TEXT = 8192;
/**
 * Most instructions visited for one text, about 5 ms of CPU; beyond it the text does not match. Room for 8 KiB of text
 * with nearly 50 states alive all the time; ordinary patterns keep a handful alive.
 */
export const MAX_VISITS = 400_000;

const BEGIN_LINE = 1;
const END_LINE = 2;
const BEGIN_TEXT = 4;
const END_TEXT = 8;
const WORD_BOUNDARY = 16;
const NO_WORD_BOUNDARY = 32;

const ALT = 1;
const EMPTY = 2;
const RUNES = 3;
const MATCH = 4;
const FAIL = 0;

/** A program laid out for speed, with the room its runs need. Runs are synchronous, so one set of lists is enough. */
interface Machine {
  readonly start: number;
  readonly op: Uint8Array;
  readonly next: Int32Array;
  readonly other: Int32Array;
  /** For `runes`: which of the first 256 code points it takes, and its ranges for all others. */
  readonly latin1: readonly (Uint8Array | null)[];
  readonly ranges: readonly (readonly number[])[];
  readonly asserts: boolean;
  /** The round in which an instruction was last added: a set that needs no clearing. */
  readonly mark: Int32Array;
  readonly stack: Int32Array;
  current: Int32Array;
  following: Int32Array;
  round: number;
  visits: number;
}

// A pure cache of what was laid out; programs are never changed.
const machines = new WeakMap<RegexProgram, Machine>();

/** What may still be spent on one request, over all its patterns; below zero = what was found does not count. */
export interface Work {
  left: number;
}

/**
 * Does the whole text match? False for texts beyond the bounds above.
 *
 * @param work what is spent on it is taken off
 */
export function matchesRegex(program: RegexProgram, text: string, work?: Work): boolean {
  if (text.length > MAX_TEXT || (work !== undefined && work.left < 0)) {
    return false;
  }
  let machine = machines.get(program);
  if (machine === undefined) {
    machine = layOut(program);
    machines.set(program, machine);
  }
  const found = run(machine, text);
  // One that was cut off is not known to match or not.
  if (work !== undefined) {
    work.left = machine.visits > MAX_VISITS ? -1 : work.left - machine.visits;
  }
  return found;
}

function run(machine: Machine, text: string): boolean {
  const { asserts, next, latin1, ranges } = machine;
  if (machine.round > 0x7fff0000) {
    machine.mark.fill(0);
    machine.round = 0;
  }
  let rune = runeAt(text, 0);
  machine.round++;
  machine.visits = 0;
  let size = add(machine, machine.current, 0, machine.start, asserts ? assertions(-1, rune) : 0);
  for (let position = 0; rune !== -1;) {
    if (size === 0 || machine.visits > MAX_VISITS) {
      return false;
    }
    position += rune > 0xffff ? 2 : 1;
    const after = runeAt(text, position);
    const holds = asserts ? assertions(rune, after) : 0;
    machine.round++;
    const { current, following } = machine;
    let added = 0;
    for (let index = 0; index < size; index++) {
      const at = current[index] ?? 0;
      const table = latin1[at];
      // A `match` before the end of the text has no table: it leads nowhere, since only full matches count.
      if (table === null || table === undefined) {
        continue;
      }
      if (rune < 256 ? table[rune] === 1 : inRanges(ranges[at] ?? [], rune)) {
        added = add(machine, following, added, next[at] ?? 0, holds);
      }
    }
    machine.current = following;
    machine.following = current;
    size = added;
    rune = after;
  }
  for (let index = 0; index < size; index++) {
    if (machine.op[machine.current[index] ?? 0] === MATCH) {
      return true;
    }
  }
  return false;
}

/** Adds an instruction and all that follow from it without consuming; answers the new size of the list. */
function add(machine: Machine, list: Int32Array, size: number, at: number, holds: number): number {
  const { op, next, other, mark, stack, round } = machine;
  let depth = 0;
  let visits = 0;
  for (;;) {
    while (mark[at] !== round) {
      mark[at] = round;
      visits++;
      const kind = op[at];
      if (kind === ALT) {
        stack[depth++] = other[at] ?? 0;
        at = next[at] ?? 0;
      } else if (kind === EMPTY) {
        if (((other[at] ?? 0) & ~holds) !== 0) {
          break;
        }
        at = next[at] ?? 0;
      } else {
        if (kind !== FAIL) {
          list[size++] = at;
        }
        break;
      }
    }
    if (depth === 0) {
      machine.visits += visits;
      return size;
    }
    at = stack[--depth] ?? 0;
  }
}

function runeAt(text: string, position: number): number {
  return position < text.length ? (text.codePointAt(position) ?? -1) : -1;
}

function isWord(rune: number): boolean {
  return (rune >= 97 && rune <= 122) || (rune >= 65 && rune <= 90) || (rune >= 48 && rune <= 57) || rune === 95;
}

/** What holds between two code points; -1 stands for the end of the text. */
function assertions(before: number, after: number): number {
  let holds = isWord(before) === isWord(after) ? NO_WORD_BOUNDARY : WORD_BOUNDARY;
  if (before === -1) {
    holds |= BEGIN_TEXT | BEGIN_LINE;
  }
  if (before === 10) {
    holds |= BEGIN_LINE;
  }
  if (after === -1) {
    holds |= END_TEXT | END_LINE;
  }
  if (after === 10) {
    holds |= END_LINE;
  }
  return holds;
}

function inRanges(ranges: readonly number[], rune: number): boolean {
  let low = 0;
  let high = ranges.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rune < (ranges[2 * middle] ?? 0)) {
      high = middle;
    } else if (rune > (ranges[2 * middle + 1] ?? 0)) {
      low = middle + 1;
    } else {
      return true;
    }
  }
  return false;
}

function layOut({ start, instructions }: RegexProgram): Machine {
  const size = instructions.length;
  const op = new Uint8Array(size);
  const next = new Int32Array(size);
  const other = new Int32Array(size);
  const latin1: (Uint8Array | null)[] = [];
  const ranges: (readonly number[])[] = [];
  const tables = new Map<string, Uint8Array>();
  for (const [at, [kind, to = 0, ...rest]] of instructions.entries()) {
    next[at] = to;
    latin1.push(null);
    ranges.push([]);
    if (kind === "runes") {
      op[at] = RUNES;
      ranges[at] = rest;
      latin1[at] = tableOf(rest, tables);
    } else {
      op[at] = { alt: ALT, empty: EMPTY, match: MATCH, fail: FAIL }[kind];
      other[at] = rest[0] ?? 0;
    }
  }
  return {
    start,
    op,
    next,
    other,
    latin1,
    ranges,
    asserts: op.includes(EMPTY),
    mark: new Int32Array(size),
    stack: new Int32Array(size + 1),
    current: new Int32Array(size),
    following: new Int32Array(size),
    round: 0,
    visits: 0,
  };
}

/** Instructions with the same ranges share one table. */
function tableOf(ranges: readonly number[], tables: Map<string, Uint8Array>): Uint8Array {
  const key = ranges.join();
  const known = tables.get(key);
  if (known !== undefined) {
    return known;
  }
  const table = new Uint8Array(256);
  for (let index = 0; index < ranges.length; index += 2) {
    table.fill(1, ranges[index], Math.min(255, ranges[index + 1] ?? 0) + 1);
  }
  tables.set(key, table);
  return table;
}
