// Where a command writes: data on stdout, everything that is said beside it on stderr; colour only for people. What a
// terminal would obey is written out, whoever wrote it.
import { randomUUID } from "node:crypto";
import { styleText } from "node:util";
import { writtenOut } from "./visible-characters.ts";

type Style = "red" | "green" | "yellow" | "dim" | "bold" | "cyan";

export interface Terminal {
  /** Clears the screen, where there is one. */
  clear(): void;
  /** Writes data and a line end. */
  out(text: string): void;
  /** Writes progress, hints and errors and a line end. */
  err(text: string): void;
  /** Asks for a yes, when somebody can be asked; else it is taken for one: scripts come first. */
  confirm(question: string): Promise<boolean>;
  /** What went wrong is told as JSON (`-o json`): programs read it. */
  readonly asJson?: true;
  /** Colours text meant for that stream; plain when it is not a terminal, or NO_COLOR is set. */
  paint(style: Style, text: string, stream?: "out" | "err"): string;
}

const HOME = "\u001B[H\u001B[2J";

/** The process's own streams. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    // `selvage get … | head` closes the pipe: no reason to fail.
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") {
        throw error;
      }
    });
  }
  // Our own colours go through as a word that nobody else can write.
  const escape = randomUUID();
  const shown = (text: string): string => `${writtenOut(text).replaceAll(escape, "\u001B")}\n`;
  return {
    clear: () => void process.stdout.write(process.stdout.isTTY ? HOME : ""),
    out: (text) => void process.stdout.write(shown(text)),
    err: (text) => void process.stderr.write(shown(text)),
    confirm: async (question) => {
      if (!process.stdin.isTTY || !process.stderr.isTTY) {
        return true;
      }
      const { createInterface } = await import("node:readline/promises");
      const asking = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return /^y(es)?$/i.test((await asking.question(`${question} [y/N] `)).trim());
      } finally {
        asking.close();
      }
    },
    paint: (style, text, stream = "out") =>
      styleText(style, writtenOut(text), {
        stream: stream === "out" ? process.stdout : process.stderr,
        validateStream: true,
      }).replaceAll("\u001B", escape),
  };
}
