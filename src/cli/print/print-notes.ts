// Notes of an importer: how grave and where, then what is lost, in lines that fit into a terminal.
import type { ImportNote } from "../../adapters/source/import-note.ts";
import type { Terminal } from "../session/terminal.ts";

/** A note, and where its field stands in the input; absent = in no file of it. */
export type PlacedNote = ImportNote & { readonly file?: string; readonly line?: number; readonly column?: number };

const WIDTH = 80;
const INDENT = "  ";

export function linesOfNotes(notes: readonly PlacedNote[], terminal: Terminal): string[] {
  return notes.flatMap(({ severity, file, line, ref, pointer, message }) => {
    const where = file === undefined ? [] : [`${file}:${line ?? 1}`];
    const head = [terminal.paint("yellow", severity, "err"), ...where, pointer === "" ? ref : `${ref} ${pointer}`];
    return [head.join("  "), ...wrapped(message).map((text) => `${INDENT}${text}`)];
  });
}

/** At blanks; a word that is longer than a line has a line of its own. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && INDENT.length + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
