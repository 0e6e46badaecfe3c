// Regular expressions of documents → automata for the snapshot. RE2 syntax, parsed by re2js at apply; matched by
// `regex-machine.ts`, which is bounded, where re2js's own lazy DFA is not: building its states costs up to 100 ms for
// one hostile pattern and 8 KiB of input.
import { RE2JS } from "re2js";
import type { RegexInstruction, RegexProgram } from "../../model/snapshot/snapshot.ts";

/** Longest pattern taken, in characters. */
export const MAX_PATTERN = 512;
/** Largest automaton taken: counted repetitions multiply, and each instruction is work for every character. */
export const MAX_INSTRUCTIONS = 1000;

/** Most that the states of one pattern may weigh. */
const MAX_WEIGHT = 4000;
/** Numbers that a state of weight one holds: those of a class with many ranges (`\p{L}` has 650) weigh more. */
const NUMBERS = 8;

export type CompiledRegex =
  { readonly ok: true; readonly program: RegexProgram } | { readonly ok: false; readonly reason: string };

/** What this module needs of re2js's compiled program, whose types say `any`. */
interface Inst {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
}
interface Prog {
  readonly start: number;
  readonly inst: readonly Inst[];
}

// The numbers are those of re2js's Inst, which it does not export; test/decide/route/regex.test.ts compares both
// engines.
const ALT = 1;
const ALT_MATCH = 2;
const CAPTURE = 3;
const EMPTY_WIDTH = 4;
const FAIL = 5;
const MATCH = 6;
const NOP = 7;
const RUNE = 8;
const RUNE1 = 9;
const RUNE_ANY = 10;
const RUNE_ANY_NOT_NL = 11;
const FOLD_CASE = 1;
const LAST_RUNE = 0x10ffff;
/** `!`, which is no letter: with it a class of one letter stays a class. */
const MARK = 0x21;

/** Compiles one pattern; the refusal is a sentence for its author. */
export function compileRegex(pattern: string): CompiledRegex {
  if (pattern.length > MAX_PATTERN) {
    return { ok: false, reason: `The pattern has ${pattern.length} characters; ${MAX_PATTERN} is the most` };
  }
  let prog: Prog;
  try {
    // re2js types its program as `any`; the shape is the one declared above.
    prog = RE2JS.compile(pattern).re2().prog as Prog;
  } catch (error) {
    // re2js says what is wrong by throwing: here it is an expected answer about a user's text.
    return { ok: false, reason: `The pattern is not RE2 syntax: ${error instanceof Error ? error.message : error}` };
  }
  if (prog.inst.length > MAX_INSTRUCTIONS) {
    return {
      ok: false,
      reason: `The pattern needs ${prog.inst.length} states; ${MAX_INSTRUCTIONS} is the most (counted repetitions multiply)`,
    };
  }
  const weight = prog.inst.reduce((sum, { runes }) => sum + weightOf(runes.length), 0);
  if (weight > MAX_WEIGHT) {
    const reason =
      "The pattern repeats character classes of too many ranges: name fewer characters, or repeat with + or *";
    return { ok: false, reason };
  }
  return {
    ok: true,
    program: { start: skip(prog, prog.start), instructions: prog.inst.map((inst) => translate(prog, inst)) },
  };
}

/** What a program takes of a snapshot, in states of ordinary size. */
export function statesOf({ instructions }: RegexProgram): number {
  let sum = 0;
  for (const { length } of instructions) {
    sum += weightOf(length - 2);
  }
  return sum;
}

function weightOf(numbers: number): number {
  return Math.max(1, Math.ceil(numbers / NUMBERS));
}

/** Captures are not used here: whatever only records or continues is stepped over. */
function skip(prog: Prog, at: number): number {
  let inst = prog.inst[at];
  while (inst !== undefined && (inst.op === CAPTURE || inst.op === NOP)) {
    at = inst.out;
    inst = prog.inst[at];
  }
  return at;
}

function translate(prog: Prog, inst: Inst): RegexInstruction {
  const next = skip(prog, inst.out);
  switch (inst.op) {
    case ALT:
    case ALT_MATCH:
      return ["alt", next, skip(prog, inst.arg)];
    case EMPTY_WIDTH:
      return ["empty", next, inst.arg];
    case MATCH:
      return ["match"];
    case RUNE1:
    case RUNE:
      return ["runes", next, ...ranges(inst)];
    case RUNE_ANY:
      return ["runes", next, 0, LAST_RUNE];
    case RUNE_ANY_NOT_NL:
      return ["runes", next, 0, 9, 11, LAST_RUNE];
    case FAIL:
    case CAPTURE:
    case NOP:
      // The last two are stepped over, so nothing leads to them.
      return ["fail"];
    default:
      throw new Error(`re2js compiled an instruction this module does not know: ${inst.op}`);
  }
}

function ranges(inst: Inst): number[] {
  const [only] = Array.from(inst.runes);
  if (inst.runes.length !== 1 || only === undefined) {
    return Array.from(inst.runes);
  }
  if (inst.op === RUNE1 || (inst.arg & FOLD_CASE) === 0) {
    return [only, only];
  }
  return sameLetter(only).flatMap((rune) => [rune, rune]);
}

/** All code points that equal the letter when case is ignored, in order: re2js writes a class of them out. */
function sameLetter(letter: number): readonly number[] {
  const prog = RE2JS.compile(`(?i)[!\\x{${letter.toString(16)}}]`).re2().prog as Prog;
  const written = prog.inst.find(({ op, runes }) => op === RUNE && runes.length > 1);
  const found: number[] = [];
  const pairs = Array.from(written?.runes ?? []);
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    for (let rune = pairs[at] ?? 0; rune <= (pairs[at + 1] ?? -1); rune++) {
      if (rune !== MARK) {
        found.push(rune);
      }
    }
  }
  return found;
}
