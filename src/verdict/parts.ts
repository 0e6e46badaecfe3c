// Small parts: a state as word and sign, the heading of a screen, a command, what a button looks like.
import { healthSigns, type ShownHealth } from "./health.ts";
import type { Drawn, Pen } from "./pen.ts";

export function badge<N>(pen: Pen<N>, word: ShownHealth, text: Drawn<N> = word): N {
  return pen.element(
    "span",
    { className: `badge ${word}` },
    pen.element("span", { "aria-hidden": "true" }, healthSigns[word]),
    text,
  );
}

interface Headline<N> {
  readonly title: string;
  readonly mark?: Drawn<N>;
  /** What its numbers are: told, or read, and when; null = nothing was read yet. */
  readonly age: Drawn<N>;
  readonly acts: Drawn<N>;
  readonly refresh: N;
}

export function headline<N>(pen: Pen<N>, { title, mark = null, age, acts, refresh }: Headline<N>): N {
  return pen.element(
    "div",
    { className: "headline" },
    pen.element("h1", {}, title),
    mark,
    pen.element(
      "div",
      { className: "acts" },
      acts,
      age === null ? null : pen.element("span", { className: "quiet age" }, age),
      refresh,
    ),
  );
}

/** What one would type for the same. */
export function commandLine<N>(pen: Pen<N>, line: string): N {
  return pen.element("div", { className: "command" }, pen.element("code", {}, line), pen.copy("Copy", line));
}

export function buttonLooks(look: "main" | "danger" | "plain", isSmall: boolean): string {
  return `button ${look} ${isSmall ? "small" : ""}`;
}

const MOMENT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)/;

/** A sentence, in which moments are said as everywhere on the page: how long ago, or by the reader's clock. */
export function said<N>(pen: Pen<N>, sentence: string): N {
  const parts = sentence.split(MOMENT);
  return pen.group(
    ...parts.map((part, nth) => (nth % 2 === 0 || Number.isNaN(Date.parse(part)) ? part : pen.time(part))),
  );
}
