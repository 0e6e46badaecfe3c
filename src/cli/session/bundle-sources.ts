// Several files as the one body that the API takes, and the way back: from a line of that body to file and line.
// JSON is sent as it stands, because every JSON document is a YAML document; a JSON list becomes one document an item.
import { LineCounter, isMap, isPair, isSeq, parseDocument, type Node } from "yaml";
import { jsonStream } from "../../model/read/json-source.ts";
import type { DocumentSource } from "./sources.ts";

export interface SourcePlace {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number | null;
  /** That line's text. */
  readonly text: string;
}

export interface Bundle {
  /** A YAML stream. */
  readonly body: string;
  /** Where a line of the body comes from; for one that we added, the end of what stands before it. */
  locate(line: number, column?: number): SourcePlace | null;
}

interface Origin {
  readonly source: number;
  readonly line: number;
}

/** Puts the files one after the other. Lines and columns of the pieces stay what they were. */
export function bundleSources(sources: readonly DocumentSource[]): Bundle {
  const body: string[] = [];
  const origins: (Origin | null)[] = [];
  const texts = sources.map(({ text }) => text.split("\n"));
  sources.forEach(({ text }, source) => {
    for (const piece of piecesOf(text)) {
      if (body.length > 0) {
        const separator = separatorBefore(piece.lines);
        body.push(...separator);
        origins.push(...separator.map(() => null));
      }
      piece.lines.forEach((line, index) => {
        body.push(line);
        origins.push({ source, line: piece.firstLine + index });
      });
    }
  });
  return {
    body: `${body.join("\n")}\n`,
    locate: (line, column) => {
      // What is missing at the end of a file is found behind it: on a separator, or below the last line.
      const index = Math.min(line, origins.length) - 1;
      const exact = index === line - 1 ? origins[index] : undefined;
      const origin = exact ?? origins.slice(0, index + 1).findLast((one) => one !== null);
      const source = origin && sources[origin.source];
      if (!origin || !source) {
        return null;
      }
      const text = (texts[origin.source]?.[origin.line - 1] ?? "").replace(/\r$/, "");
      const shown = origin === exact ? column : text.length + 1;
      return { path: source.path, line: origin.line, column: shown ?? null, text };
    },
  };
}

interface Piece {
  readonly lines: readonly string[];
  readonly firstLine: number;
}

/** A file may separate itself (another line would make an empty document), or open with directives such as %YAML. */
function separatorBefore(lines: readonly string[]): string[] {
  const first = lines.find((line) => line.trim() !== "" && !line.startsWith("#")) ?? "";
  if (/^---(\s|$)/.test(first)) {
    return [];
  }
  return first.startsWith("%") ? ["..."] : ["---"];
}

function piecesOf(text: string): Piece[] {
  const whole = { lines: text.replace(/\n$/, "").split("\n"), firstLine: 1 };
  if (text.trim() === "") {
    return [];
  }
  // Whatever is not JSON goes as it is, also when it is not YAML either: the mesh says what is wrong with it.
  if (!/^\s*[[{]/.test(text)) {
    return [whole];
  }
  const stream = jsonStream(text);
  if (stream !== null) {
    return streamPieces(text, stream);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const items = listItems(document.contents);
  if (document.errors.length > 0 || items === null) {
    return [{ ...whole, lines: whole.lines.map(spaced) }];
  }
  return items.flatMap((item) => {
    if (!item.range) {
      return [];
    }
    const [start, end] = item.range;
    const { line, col } = lines.linePos(start);
    const padded = `${" ".repeat(col - 1)}${text.slice(start, end)}`;
    return [{ lines: padded.split("\n").map(spaced), firstLine: line }];
  });
}

/** JSON objects one after the other: a document each, at the columns where they stand. */
function streamPieces(text: string, values: NonNullable<ReturnType<typeof jsonStream>>): Piece[] {
  let line = 1;
  let seen = 0;
  return values.map(({ start, end }) => {
    line += text.slice(seen, start).split("\n").length - 1;
    seen = start;
    const column = start - (text.lastIndexOf("\n", start - 1) + 1);
    const padded = `${" ".repeat(column < MOST_PADDING ? column : 0)}${text.slice(start, end)}`;
    return { lines: padded.split("\n").map(spaced), firstLine: line };
  });
}

/** Thousands of objects on one line are sent without: nobody counts such columns. */
const MOST_PADDING = 500;

/** The items of `[…]` or `{…, "items": […]}` that say their kind; null for anything else. */
function listItems(contents: unknown): Node[] | null {
  if (isSeq<Node>(contents)) {
    return contents.items;
  }
  if (!isMap(contents)) {
    return null;
  }
  const items = contents.items.find((pair) => isPair(pair) && String(pair.key) === "items");
  const found = items !== undefined && isSeq<Node>(items.value) ? items.value.items : null;
  // Those of a `ServiceList` may leave it to their list.
  return found === null || found.every((item) => isMap(item) && item.has("kind")) ? found : null;
}

/** JSON may be indented with tabs, YAML may not. Strings of JSON hold no raw tabs, so none is lost. */
const spaced = (line: string): string => line.replaceAll("\t", " ");
