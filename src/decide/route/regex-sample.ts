// A shortest text that a regular expression of the snapshot matches: for examples in findings. Finds none where the
// pattern wants characters that a request line can hardly show, or word boundaries that the shortest text happens to
// miss.
import type { RegexInstruction, RegexProgram } from "../../model/snapshot/snapshot.ts";
import { matchesRegex } from "./regex-machine.ts";

const AT_BEGIN = 1 | 4;
const AT_END = 2 | 8;
/** Characters to choose from, the plainest first. */
const PLAIN = [..."a0/-_.~bcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ123456789:,;=@!$&'()*+ "].map((char) =>
  char.charCodeAt(0),
);

interface Step {
  readonly at: number;
  readonly text: string;
  /** An assertion of the end has been taken: nothing may follow. */
  readonly ended: boolean;
}

/** Null when no text was found; what is found has been matched. */
export function sampleText({ start, instructions }: RegexProgram): string | null {
  const program = { start, instructions };
  const seen = new Set<string>();
  let round: Step[] = [{ at: start, text: "", ended: false }];
  // Breadth first, so the first match is the shortest; each instruction is entered at most once in each of its states.
  while (round.length > 0) {
    const next: Step[] = [];
    for (const step of round) {
      const found = walk(step, instructions, seen, next);
      if (found !== null && matchesRegex(program, found)) {
        return found;
      }
    }
    round = next;
  }
  return null;
}

/** Follows what takes no character; what takes one goes to `next`. Answers the text when a match is reached. */
function walk(from: Step, instructions: readonly RegexInstruction[], seen: Set<string>, next: Step[]): string | null {
  const open = [from];
  let found: string | null = null;
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const { at, text, ended } = step;
    const key = `${at} ${text === ""} ${ended}`;
    const instruction = instructions[at];
    if (seen.has(key) || instruction === undefined) {
      continue;
    }
    seen.add(key);
    switch (instruction[0]) {
      case "alt":
        open.push({ at: instruction[2], text, ended }, { at: instruction[1], text, ended });
        break;
      case "empty":
        if ((instruction[2] & AT_BEGIN) !== 0 && text !== "") {
          break;
        }
        open.push({ at: instruction[1], text, ended: ended || (instruction[2] & AT_END) !== 0 });
        break;
      case "runes": {
        const rune = ended ? undefined : PLAIN.find((plain) => takes(instruction, plain));
        if (rune !== undefined) {
          next.push({ at: instruction[1], text: text + String.fromCharCode(rune), ended });
        }
        break;
      }
      case "match":
        found ??= text;
        break;
      case "fail":
        break;
    }
  }
  return found;
}

function takes(instruction: readonly (string | number)[], rune: number): boolean {
  for (let index = 2; index < instruction.length; index += 2) {
    if (rune >= Number(instruction[index]) && rune <= Number(instruction[index + 1])) {
      return true;
    }
  }
  return false;
}
