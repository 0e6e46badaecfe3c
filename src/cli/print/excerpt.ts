// One fault as people read it: what, where, the line itself with a caret below it, and what to do.
import { errorWord } from "../session/error-line.ts";
import type { SourcePlace } from "../session/bundle-sources.ts";
import type { Terminal } from "../session/terminal.ts";

export interface MarkedFault {
  readonly severity: "error" | "warning";
  readonly code: string | null;
  /** The document, `HTTPRoute/shop/orders`; null when it is not known. */
  readonly ref: string | null;
  readonly message: string;
  readonly hint: string | null;
  /** JSON Pointer, shown when the place in the source is not known. */
  readonly pointer: string | null;
  readonly place: SourcePlace | null;
}

/** Longest source line that is shown whole. */
const MAX_WIDTH = 120;

/** Lines for stderr. */
export function excerpt(fault: MarkedFault, terminal: Terminal): string[] {
  const { severity, code, ref, message, hint, pointer, place } = fault;
  const label = severity === "error" ? errorWord(terminal) : terminal.paint("yellow", "Warning", "err");
  const head = [label, code === null ? "" : `[${code}]`, ref === null ? "" : `(${ref})`].filter((part) => part !== "");
  const lines = [`${head.join(" ")}: ${message}`];
  if (place === null) {
    if (pointer !== null && pointer !== "" && pointer !== "#") {
      lines.push(`  at ${pointer}`);
    }
    if (hint !== null) {
      lines.push(`  hint: ${hint}`);
    }
    return lines;
  }
  lines.push(`  ${place.path}:${place.line}${place.column === null ? "" : `:${place.column}`}`);
  const number = String(place.line).padStart(5);
  const shown = window(place);
  lines.push(`${terminal.paint("dim", `${number} |`, "err")} ${shown.text}`);
  const gutter = terminal.paint("dim", `${" ".repeat(number.length)} |`, "err");
  if (shown.column !== null) {
    lines.push(`${gutter} ${" ".repeat(shown.column - 1)}^${hint === null ? "" : ` ${hint}`}`);
  } else if (hint !== null) {
    lines.push(`${gutter} hint: ${hint}`);
  }
  return lines;
}

/** A long line (JSON on one line) is cut to the part around the column; tabs are shown as one space, as they count. */
function window(place: SourcePlace): { text: string; column: number | null } {
  const text = place.text.replaceAll("\t", " ");
  const column = place.column === null ? null : Math.min(place.column, text.length + 1);
  if (text.length <= MAX_WIDTH) {
    return { text, column };
  }
  const start = Math.max(0, (column ?? 1) - 1 - MAX_WIDTH / 2);
  const cut = text.slice(start, start + MAX_WIDTH);
  const before = start > 0 ? "…" : "";
  const after = start + MAX_WIDTH < text.length ? "…" : "";
  return { text: `${before}${cut}${after}`, column: column === null ? null : column - start + before.length };
}
