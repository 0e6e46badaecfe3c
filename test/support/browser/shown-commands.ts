// The command lines that a page shows, held against the command itself: what it would not take is no way to do the
// same.
import type { Page } from "playwright-core";
import type { Command } from "commander";
import { buildProgram } from "../../../src/cli/program.ts";
import { recordingTerminal } from "../recording-terminal.ts";

/** Notes every `selvage …` line that the page shows from now on, in whatever screen or dialog. */
export async function noteCommands(page: Page, shown: Set<string>): Promise<void> {
  await page.exposeFunction("noteCommands", (lines: string[]) => lines.forEach((line) => shown.add(line)));
  await page.addInitScript(`new MutationObserver(() => {
    const lines = [...document.querySelectorAll(".command code")].map((one) => one.textContent);
    if (lines.length > 0) window.noteCommands(lines.filter((line) => line.startsWith("selvage ")));
  }).observe(document, { subtree: true, childList: true, characterData: true })`);
}

/** As a shell takes words apart: what is quoted stays together, and where the output goes is no word. */
function shellWords(line: string): string[] {
  const words = line.match(/(?:[^\s'"\\]|\\.|'[^']*'|"[^"]*")+/g) ?? [];
  const end = words.findIndex((word) => word === ">" || word === "|");
  return words
    .slice(0, end < 0 ? words.length : end)
    .map((word) =>
      word.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, single, double, bare) => single ?? double ?? bare),
    );
}

/** @returns the lines that the command does not take, each with what it says */
export async function refusedLines(lines: Iterable<string>): Promise<string[]> {
  const refused: string[] = [];
  for (const line of lines) {
    const program = buildProgram(recordingTerminal(), () => undefined);
    takeOnly(program);
    try {
      await program.parseAsync(shellWords(line).slice(1), { from: "user" });
    } catch (error) {
      refused.push(`${line}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return refused;
}

/** Parses, and does nothing. */
function takeOnly(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  command.commands.forEach(takeOnly);
  if (command.commands.length === 0) {
    command.action(() => undefined);
  }
}
