// How every command says that something went wrong: one line on stderr, the first word in red.
import type { Terminal } from "./terminal.ts";

export function sayError(terminal: Terminal, message: string): void {
  terminal.err(`${errorWord(terminal)}: ${message}`);
}

export function errorWord(terminal: Terminal): string {
  return terminal.paint("red", "Error", "err");
}
