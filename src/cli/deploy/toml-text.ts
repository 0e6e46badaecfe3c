// Values of a TOML file changed in its text: comments, order and line ends stay as somebody wrote them. Not a parser:
// what was made of a text is read by one afterwards.

/** A value that stands on one line. */
const LINE = /^(\s*)([\w-]+)(\s*=\s*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\[[^\]\n]*\])(.*)$/s;
const HEADER = /^\s*(\[\[?[\w."-]+\]\]?)\s*(?:#.*)?$/s;

export interface TomlEdit {
  /** As it is written: `[[d1_databases]]`; "" = above the first one. */
  readonly section: string;
  readonly key: string;
  /** A text, or a list of texts. */
  readonly value: string | readonly string[];
}

/** The text with the values in place of those that are there, in every section of that header. */
export function editToml(text: string, edits: readonly TomlEdit[]): string {
  let section = "";
  const lines = linesOf(text).map((line) => {
    section = HEADER.exec(line)?.[1] ?? section;
    const [, indent = "", key, sign = "", , rest = ""] = LINE.exec(line) ?? [];
    const edit = key === undefined ? undefined : edits.find((one) => one.section === section && one.key === key);
    return edit === undefined ? line : `${indent}${key}${sign}${tomlValue(edit.value)}${rest}`;
  });
  return lines.join("");
}

/** JSON writes texts and lists of them as TOML reads them. */
export function tomlValue(value: string | readonly string[]): string {
  return typeof value === "string" ? JSON.stringify(value) : `[${value.map((one) => JSON.stringify(one)).join(", ")}]`;
}

/** Each with its end. */
const linesOf = (text: string): string[] => text.split(/(?<=\n)/);
