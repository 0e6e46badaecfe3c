// Texts of the registry, as an agent is shown them: what a reader would not see is written out, and nothing is longer
// than it may be. Strangers write descriptions, reasons and labels; what they hide in them is not to be obeyed.

/** Controls, formats (direction marks, zero widths, tags), private use, half characters, selectors that carry data. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|(?![\u{FE0E}\u{FE0F}])\p{Variation_Selector}/gu;

const written = (hidden: string): string => `\\u{${(hidden.codePointAt(0) ?? 0).toString(16)}}`;

/** On one line. */
export const visibleLine = (text: string): string => text.replaceAll(/[\r\n\t]+/g, " ").replaceAll(HIDDEN, written);

/** Line breaks and tabs stay: documents have them. */
const visibleText = (text: string): string =>
  text.replaceAll(HIDDEN, (hidden) => (/[\r\n\t]/.test(hidden) ? hidden : written(hidden)));

/** Every string in a JSON value, names of members included. */
export function visibleValue(value: unknown): unknown {
  if (typeof value === "string") {
    return visibleText(value);
  }
  if (Array.isArray(value)) {
    return value.map(visibleValue);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [visibleText(name), visibleValue(member)]));
  }
  return value;
}

const encoder = new TextEncoder();

export const bytesOf = (text: string): number => encoder.encode(text).length;

/** As many whole lines as fit, and a word about the rest. */
export function fittedLines(lines: readonly string[], mostBytes: number): string {
  const rest = (count: number): string => `… ${count} more lines: see structuredContent`;
  const room = mostBytes - bytesOf(rest(lines.length)) - 1;
  const kept: string[] = [];
  let used = 0;
  for (const line of lines) {
    used += bytesOf(line) + 1;
    if (used > room) {
      break;
    }
    kept.push(line);
  }
  return [...kept, ...(kept.length < lines.length ? [rest(lines.length - kept.length)] : [])].join("\n");
}

/** Cut at a whole character. */
export const cut = (text: string, mostCharacters: number): string =>
  text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1).toWellFormed()}…`;
