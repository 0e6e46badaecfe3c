// A table of rows: sorted by any column, narrowed by what is typed, a list of cards where the page is narrow. Longer
// tables show their first rows and say so, so that ten thousand of them stay quick.
import { useState, type ReactNode } from "react";
import { matching } from "../word/matching.ts";
import { Button } from "./button.tsx";
import { SearchField } from "./search-field.tsx";

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  /** What it is sorted by; left out: it is not. */
  readonly sort?: (row: Row) => string | number;
  readonly number?: boolean;
}

interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** What is searched; left out: there is no search. */
  readonly textOf?: (row: Row) => string;
  /** In the address: two tables on one screen have two names. */
  readonly name?: string;
}

const SHOWN = 200;

export function DataTable<Row>({ caption, columns, rows, keyOf, textOf, name = "q" }: DataTableProps<Row>): ReactNode {
  const [typed, setTyped] = useState(() => new URLSearchParams(window.location.search).get(name) ?? "");
  const [order, setOrder] = useState<{ readonly by: number; readonly down: boolean } | null>(null);
  const [most, setMost] = useState(SHOWN);
  const found = textOf === undefined ? rows : matching(rows, typed, textOf);
  const sorted = order === null ? found : inOrder(found, columns[order.by]?.sort, order.down);
  const shown = sorted.slice(0, most);
  const sortBy = (by: number): void => setOrder((now) => ({ by, down: now?.by === by ? !now.down : false }));
  return (
    <>
      {textOf === undefined ? null : (
        <SearchField name={name} typed={typed} onType={setTyped} label={`Search: ${caption}`} />
      )}
      <table className="table">
        <caption>
          {caption}: {found.length === rows.length ? rows.length : `${found.length} of ${rows.length}`}
        </caption>
        <thead>
          <tr>
            {columns.map(({ head, sort, number }, index) => (
              <th
                key={head}
                scope="col"
                className={number === true ? "number" : ""}
                aria-sort={order?.by === index ? (order.down ? "descending" : "ascending") : undefined}
              >
                {sort === undefined ? (
                  head
                ) : (
                  <button type="button" onClick={() => sortBy(index)}>
                    {head} <span aria-hidden="true">{order?.by === index ? (order.down ? "↓" : "↑") : "↕"}</span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ head, cell, number }) => (
                <td key={head} data-label={head} className={number === true ? "number" : ""}>
                  <span>{cell(row)}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length > shown.length ? (
        <Button onPress={() => setMost(most + SHOWN * 5)}>
          Show more: {shown.length} of {sorted.length}
        </Button>
      ) : null}
    </>
  );
}

function inOrder<Row>(rows: readonly Row[], of: Column<Row>["sort"], down: boolean): readonly Row[] {
  if (of === undefined) {
    return rows;
  }
  const compare = (a: string | number, b: string | number): number =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
  const sorted = rows.map((row) => [of(row), row] as const).toSorted(([a], [b]) => compare(a, b));
  return (down ? sorted.toReversed() : sorted).map(([, row]) => row);
}
