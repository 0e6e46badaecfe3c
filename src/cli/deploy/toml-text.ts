// Values of a TOML file changed in its text: comments, order and line ends stay as somebody wrote them. Not a parser:
// what was made of a text is read by one afterwards.

/** A value that stands on one line. */
const LINE = /^(\s*)([\w-]+)(\s*=\s*)("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\[[^\]\n]*\])(.*)$/s;
const HEADER = /^\s*(\[\[?[\w."-]+\]\]?)\s*(?:#.*)?$/s;

export interface TomlEdit {
  /** As it is written: `[[d1_databases]]`; "" = above the first one. */
  readonly section: string;
  /** Of sections with the same header, those that have this value. */
  readonly where?: readonly [key: string, value: string];
  readonly key: string;
  /** A text, or a list of texts. */
  readonly value: string | readonly string[];
}

/** The text with the values in place of those that are there. */
export function editToml(text: string, edits: readonly TomlEdit[]): string {
  return sectionsOf(text)
    .flatMap(({ header, lines }) =>
      edits.filter(({ section }) => section === header).reduce<readonly string[]>(edited, lines),
    )
    .join("");
}

/** A key that is not there comes after the one by which its section is known, or stays away where there is none. */
function edited(lines: readonly string[], { where, key, value }: TomlEdit): readonly string[] {
  const known = where === undefined ? -1 : lines.findIndex((line) => says(line, where));
  if (where !== undefined && known === -1) {
    return lines;
  }
  const at = lines.findIndex((line) => LINE.exec(line)?.[2] === key);
  if (at === -1) {
    const [, indent = "", , sign = " = ", , rest = "\n"] = LINE.exec(lines[known] ?? "") ?? [];
    const added = `${indent}${key}${sign}${tomlValue(value)}${/\r?\n$/.exec(rest)?.[0] ?? "\n"}`;
    return where === undefined ? lines : lines.toSpliced(known + 1, 0, added);
  }
  const [, indent = "", , sign = "", , rest = ""] = LINE.exec(lines[at] ?? "") ?? [];
  return lines.with(at, `${indent}${key}${sign}${tomlValue(value)}${rest}`);
}

function says(line: string, [key, value]: readonly [string, string]): boolean {
  const [, , found, , written = ""] = LINE.exec(line) ?? [];
  return found === key && written.slice(1, -1) === value;
}

/** JSON writes texts and lists of them as TOML reads them. */
export function tomlValue(value: string | readonly string[]): string {
  return typeof value === "string" ? JSON.stringify(value) : `[${value.map((one) => JSON.stringify(one)).join(", ")}]`;
}

interface Section {
  readonly header: string;
  /** Each with its end, the header among them. */
  readonly lines: string[];
}

function sectionsOf(text: string): Section[] {
  const sections: Section[] = [{ header: "", lines: [] }];
  for (const line of text.split(/(?<=\n)/)) {
    const header = HEADER.exec(line)?.[1];
    if (header !== undefined) {
      sections.push({ header, lines: [] });
    }
    sections.at(-1)?.lines.push(line);
  }
  return sections;
}
