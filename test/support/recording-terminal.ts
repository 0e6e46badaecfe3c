// A terminal that remembers what was said, without colours.
import type { Terminal } from "../../src/cli/session/terminal.ts";

export interface RecordingTerminal extends Terminal {
  stdout(): string;
  stderr(): string;
}

export function recordingTerminal(): RecordingTerminal {
  const out: string[] = [];
  const err: string[] = [];
  return {
    clear: () => undefined,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    confirm: () => Promise.resolve(true),
    paint: (_style, text) => text,
    stdout: () => out.join("\n"),
    stderr: () => err.join("\n"),
  };
}
