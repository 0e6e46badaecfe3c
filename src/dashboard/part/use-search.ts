// The rows of a list that fit what is typed; at first that is what the address says. The field shows a letter at once,
// the rows follow when there is time.
import { useDeferredValue, useMemo, useState } from "react";
import { matching } from "../word/matching.ts";

interface Search<Row> {
  readonly typed: string;
  readonly onType: (text: string) => void;
  /** What `found` was found by: a moment behind what is typed. */
  readonly wanted: string;
  readonly found: readonly Row[];
}

/** @param textOf what is searched of a row; left out: there is no search */
export function useSearch<Row>(
  rows: readonly Row[],
  textOf: ((row: Row) => string) | undefined,
  name: string,
): Search<Row> {
  const [typed, onType] = useState(() => new URLSearchParams(window.location.search).get(name) ?? "");
  const wanted = useDeferredValue(typed);
  const found = useMemo(
    () => (textOf === undefined ? rows : matching(rows, wanted, textOf)),
    // What makes text of a row is the same function in other clothes each time.
    [rows, wanted],
  );
  return { typed, onType, wanted, found };
}
