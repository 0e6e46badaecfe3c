// Reading: one question, kept while it is fresh, asked again when the page is looked at again or somebody says so. At
// rest nothing is asked.
import { QueryClient, useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { ApiAnswer, Failure } from "../../cli/session/client.ts";
import { api } from "./api.ts";

/** Younger answers are shown again without asking. */
const FRESH_MS = 5_000;

export const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: FRESH_MS, retry: false, refetchOnWindowFocus: true, networkMode: "always" } },
});

/** Why there is no answer. */
export class ReadFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export function taken<T>(answer: ApiAnswer<T>): T {
  if (!answer.ok) {
    throw new ReadFailure(answer.failure);
  }
  return answer.value;
}

export type ReadState<T> = UseQueryResult<T>;
type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** `GET /_selvage/v1<path>`; null = not now. */
export function useRead<T>(path: string | null, query: Query = {}): ReadState<T> {
  return useQuery<T>({
    queryKey: [path, query],
    queryFn: async () => taken(await api.call<T>("GET", path ?? "", { query })),
    enabled: path !== null,
  });
}

/** Several answers as one. */
export function useGathered<T>(name: string, gather: () => Promise<T>): ReadState<T> {
  return useQuery<T>({ queryKey: [name], queryFn: gather });
}
