// CPU time of one regular-expression match at the limits (512 characters of pattern, 8 KiB of text), over hostile
// pairs. `npx node bench/regex.ts [pairs]` prints the slowest ones. A figure, never a test.
import { performance } from "node:perf_hooks";
import { compileRegex } from "../src/decide/route/regex.ts";
import { matchesRegex, MAX_TEXT } from "../src/decide/route/regex-machine.ts";
import type { RegexProgram } from "../src/model/snapshot/snapshot.ts";
import { hostilePatterns, hostileTexts } from "../test/support/hostile-regex.ts";

const PAIRS = Number(process.argv[2] ?? 10_000);
const ATOMS = [
  "a",
  "[ab]",
  "a?",
  "(a|b)",
  "[ab]*",
  ".*",
  "(?:a|aa)",
  "\\w",
  "[ab]{3}",
  "(?:a?b?)",
  "a{0,5}",
  "(a*)",
  "\\b",
];
const WRAPS = ["(?:@)*", "(?:@)+", "(?:@)?", "(?:@){2,4}", "(@|a)"];

let state = 1;
const random = (below: number): number => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return state % below;
};

/** Nested and repeated parts, as long as the limits allow. */
function randomPattern(): string {
  let pattern = "";
  while (pattern.length < 400) {
    let part = "";
    for (let count = 1 + random(6); count > 0; count--) {
      part += ATOMS[random(ATOMS.length)];
    }
    for (let depth = random(3); depth > 0; depth--) {
      part = (WRAPS[random(WRAPS.length)] ?? "@").replace("@", part);
    }
    pattern += part;
    if (random(12) === 0) {
      break;
    }
  }
  return pattern.slice(0, 512);
}

const texts = hostileTexts(MAX_TEXT);
const programs: { pattern: string; program: RegexProgram; compileMs: number }[] = [];
let refused = 0;
for (let index = 0; programs.length * texts.length < PAIRS; index++) {
  const pattern = hostilePatterns[index] ?? randomPattern();
  const before = performance.now();
  const compiled = compileRegex(pattern);
  const compileMs = performance.now() - before;
  if (compiled.ok) {
    programs.push({ pattern, program: compiled.program, compileMs });
  } else {
    refused++;
  }
}

const results: { ms: number; pattern: string; text: number }[] = [];
for (const { pattern, program } of programs) {
  for (const [text, value] of texts.entries()) {
    let ms = Number.POSITIVE_INFINITY;
    // The better of two: what other processes take from this one is not the pattern's doing.
    for (let round = 0; round < 2; round++) {
      const before = process.cpuUsage();
      matchesRegex(program, value);
      const { user, system } = process.cpuUsage(before);
      ms = Math.min(ms, (user + system) / 1000);
    }
    results.push({ ms, pattern, text });
  }
}
results.sort((left, right) => right.ms - left.ms);
const at = (share: number): string => (results[Math.floor(share * results.length)]?.ms ?? 0).toFixed(2);
const slowestCompile = Math.max(...programs.map(({ compileMs }) => compileMs));
console.log(
  `${results.length} pairs, ${programs.length} patterns (${refused} more refused), texts of ${MAX_TEXT} characters`,
);
console.log(`CPU ms of one match: p50 ${at(0.5)}, p99 ${at(0.01)}, worst ${results[0]?.ms.toFixed(2)}`);
console.log(`slowest compilation: ${slowestCompile.toFixed(1)} ms (at apply, once)`);
for (const { ms, pattern, text } of results.slice(0, 5)) {
  console.log(
    `${ms.toFixed(2).padStart(6)} ms  text ${text}  ${pattern.length > 80 ? `${pattern.slice(0, 77)}…` : pattern}`,
  );
}
