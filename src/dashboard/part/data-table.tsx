// A table of rows: sorted by any column, narrowed by what is typed, a list of cards where the page is narrow. Longer
// tables show their first rows and say so, so that ten thousand of them stay quick.
import { useMemo, useRef, useState, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { saveFile } from "../data/save.ts";
import { csvText } from "../word/csv.ts";
import { Button } from "./button.tsx";
import { Empty } from "./empty.tsx";
import { SearchField } from "./search-field.tsx";
import { useSearch } from "./use-search.ts";

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  /** What it is sorted by; left out: it is not. */
  readonly sort?: (row: Row) => string | number;
  readonly number?: boolean;
  /** What the row is called: it keeps room for a word. */
  readonly name?: boolean;
}

interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** What is searched; left out: there is no search. */
  readonly textOf?: (row: Row) => string;
  /** Why there may be no row at all; left out: there is always one, or the screen says it. */
  readonly none?: string;
  /** In the address: two tables on one screen have two names. */
  readonly name?: string;
}

const SHOWN = 100;
/** Of those that were searched for: every letter may bring others, and drawing them is what a letter costs. */
const SHOWN_OF_FOUND = 40;
const STEP = 500;

export function DataTable<Row>(props: DataTableProps<Row>): ReactNode {
  const { caption, columns, rows, keyOf, textOf, none, name = "q" } = props;
  const [order, setOrder] = useState<{ readonly by: number; readonly down: boolean } | null>(null);
  const table = useRef<HTMLTableElement>(null);
  // Sorted before they are narrowed: no letter sorts.
  const sorted = useMemo(
    () => (order === null ? rows : inOrder(rows, columns[order.by]?.sort, order.down)),
    [rows, order, columns],
  );
  const { typed, onType, wanted, found } = useSearch(sorted, textOf, name);
  const [more, setMore] = useState({ than: wanted, by: 0 });
  const most = (wanted.trim() === "" ? SHOWN : SHOWN_OF_FOUND) + (more.than === wanted ? more.by : 0);
  // Drawn again only when its rows or columns are others, not with each letter of the search.
  const body = useMemo(
    () => <AllRows shown={found.slice(0, most)} columns={columns} keyOf={keyOf} />,
    [found, most, columns],
  );
  const sortBy = (by: number): void => setOrder((now) => ({ by, down: now?.by === by ? !now.down : false }));
  const save = (): void => {
    // All of them, and as they are read: what a cell shows is what the file has.
    flushSync(() => setMore({ than: wanted, by: found.length }));
    const rows = [...(table.current?.rows ?? [])].map((row) => Array.from(row.cells, (cell) => cell.innerText.trim()));
    saveFile(`${caption}.csv`, new Blob([csvText(rows)], { type: "text/csv" }));
  };
  return (
    <>
      {textOf === undefined ? null : (
        <div className="row">
          <SearchField name={name} typed={typed} onType={onType} label={`Search: ${caption}`} />
          <Button small label={`CSV of ${caption}`} onPress={save}>
            CSV
          </Button>
        </div>
      )}
      <table ref={table} className={columns.length < 5 ? "table short" : "table"}>
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
        {body}
      </table>
      {rows.length === 0 && none !== undefined ? <Empty cause={none} /> : null}
      {rows.length > 0 && found.length === 0 ? (
        <Empty cause={`None of the ${rows.length} fits what is searched for: ${wanted.trim()}`} />
      ) : null}
      {found.length > most ? (
        <Button onPress={() => setMore({ than: wanted, by: (more.than === wanted ? more.by : 0) + STEP })}>
          Show more: {most} of {found.length}
        </Button>
      ) : null}
    </>
  );
}

interface RowsProps<Row> {
  readonly shown: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
}

function AllRows<Row>({ shown, columns, keyOf }: RowsProps<Row>): ReactNode {
  return (
    <tbody>
      {shown.map((row) => (
        <tr key={keyOf(row)}>
          {columns.map(({ head, cell, number, name }) => (
            <td key={head} data-label={head} className={number === true ? "number" : name === true ? "name" : ""}>
              <span>{cell(row)}</span>
            </td>
          ))}
        </tr>
      ))}
    </tbody>
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
