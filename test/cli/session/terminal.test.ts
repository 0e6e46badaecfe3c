// What a terminal is given: our own colours, and everything else of others' texts in letters.
import { afterEach, describe, expect, it, vi } from "vitest";
import { processTerminal } from "../../../src/cli/session/terminal.ts";

const CURSOR = "\u001B[2J\u001B]0;title\u0007";

function written(say: (terminal: ReturnType<typeof processTerminal>) => void): string {
  let text = "";
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    });
  }
  say(processTerminal());
  vi.restoreAllMocks();
  return text;
}

describe("a text of somebody else", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("is shown in letters where a terminal would obey it, on both streams", () => {
    const shown = String.raw`\u001b[2J\u001b]0;title\u0007`;
    expect(written((terminal) => terminal.out(`a${CURSOR}b`))).toBe(`a${shown}b\n`);
    expect(written((terminal) => terminal.err(`a${CURSOR}b`))).toBe(`a${shown}b\n`);
  });

  it.each([
    ["the eight-bit form of an escape", "\u009B31m", String.raw`\u009b31m`],
    ["a mark that turns text round", "\u202Egnp.exe", String.raw`\u202egnp.exe`],
    ["a return to the start of the line", "true\rfake", String.raw`true\u000dfake`],
    ["a backspace", "ab\bc", String.raw`ab\u0008c`],
    ["line ends and tabs, which stay", "a\tb\r\nc", "a\tb\r\nc"],
    ["letters of any script, and joined signs", "é 漢 👩‍💻", "é 漢 👩‍💻"],
  ])("has %s told", (_, text, told) => {
    expect(written((terminal) => terminal.out(text))).toBe(`${told}\n`);
  });

  it("cannot look like a colour of ours, nor end one", () => {
    vi.stubEnv("FORCE_COLOR", "1");
    const painted = written((terminal) => terminal.out(terminal.paint("red", "no \u001B[39mcolour")));
    expect(painted).toBe("\u001B[31mno \\u001b[39mcolour\u001B[39m\n");
    expect(written((terminal) => terminal.out("\u001B[8mhidden"))).toBe("\\u001b[8mhidden\n");
  });
});
