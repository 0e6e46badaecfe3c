// Pages of lists. Keyset, never offset: what is added while somebody pages neither repeats nor hides an item.
import * as z from "zod";
import type { Listing } from "../../store/store.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { wholeNumberOr } from "./parameters.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";

const MAX_PAGE = 500;

/** `?limit=&cursor=` of every list. */
export const pageQuerySchema = z.object({
  limit: wholeNumberOr(MAX_PAGE, 1, MAX_PAGE).meta({ description: "Most items of one answer." }),
  cursor: z.string().max(1000).optional().meta({ description: "`nextCursor` of the page before." }),
});

type PageQuery = z.output<typeof pageQuerySchema>;

interface Paged<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

const badCursor: Refusal = {
  problem: "badParameter",
  detail: "The cursor is not one of ours.",
  errors: [{ pointer: "#/query/cursor", detail: "It cannot be read.", hint: "Start again without a cursor." }],
};

/** A page of what the store numbers, newest first. */
export async function numberedPage<Item>(
  query: PageQuery,
  read: (page: Listing) => Promise<readonly Item[]>,
  numberOf: (item: Item) => number,
): Promise<Paged<Item> | Refusal> {
  const key = query.cursor === undefined ? null : decodeCursor(query.cursor);
  if (query.cursor !== undefined && (key === null || !/^\d{1,15}$/.test(key))) {
    return badCursor;
  }
  const items = await read({ limit: query.limit + 1, ...(key === null ? {} : { before: Number(key) }) });
  const page = items.slice(0, query.limit);
  const last = page.at(-1);
  return { items: page, nextCursor: items.length > page.length && last ? encodeCursor(String(numberOf(last))) : null };
}

/** A page of a list that is at hand, by key in code-unit order. */
export function keyedPage<Item>(
  query: PageQuery,
  all: readonly Item[],
  keyOf: (item: Item) => string,
): Paged<Item> | Refusal {
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
  if (query.cursor !== undefined && after === null) {
    return badCursor;
  }
  const rest = all
    .filter((item) => after === null || keyOf(item) > after)
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const page = rest.slice(0, query.limit);
  const last = page.at(-1);
  return { items: page, nextCursor: rest.length > page.length && last ? encodeCursor(keyOf(last)) : null };
}
