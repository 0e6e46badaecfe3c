// Characters that a terminal obeys instead of showing them, written out. Whoever writes documents, reasons, paths or
// answers could otherwise move a reader's cursor, hide lines or turn text round. Not for agents: src/mcp has its own.

/** Controls but for line ends and tabs, marks of direction, what has no width, and separators of lines. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const OBEYED = /\r(?!\n)|[\0-\x08\v\f\x0E-\x1F\x7F-\x9F\u061C\u200B\u200E\u200F\u2028-\u202E\u2060\u2066-\u2069\uFEFF]/;

const EVERY = new RegExp(OBEYED.source, "g");

/** Is there something in it that would not be seen? */
export const hidesSomething = (text: string): boolean => OBEYED.test(text);

/** `\u001b`: in a JSON string, and in a quoted one of YAML, that is the same text. */
export const writtenOut = (text: string): string => text.replaceAll(EVERY, escaped);

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
