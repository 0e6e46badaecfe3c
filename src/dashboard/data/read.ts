// Reading: one question, or several as one. While the page follows, the answers are what the feed told.
import { hashKey, useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { ApiAnswer, ApiClient, Failure } from "../../cli/session/client.ts";
import { readerFor } from "./live.ts";
import { queries } from "./queries.ts";

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

/** A question as the cache of answers knows it. */
interface Asked<T> {
  readonly queryKey: readonly unknown[];
  readonly queryFn: () => Promise<T>;
}

/** `GET /_selvage/v1<path>`. */
export function asked<T>(path: string, query: Query = {}): Asked<T> {
  const key = [path, query];
  return {
    queryKey: key,
    queryFn: async () => taken(await readerFor(hashKey(key)).call<T>("GET", path, { query })),
  };
}

/**
 * Several answers as one.
 *
 * @param gather asks by the client that it is given, so that what it asks can be followed
 */
export function gathered<T>(name: string, gather: (client: ApiClient) => Promise<T>): Asked<T> {
  const key = [name];
  return { queryKey: key, queryFn: () => gather(readerFor(hashKey(key))) };
}

/** @param path null = not now */
export function useRead<T>(path: string | null, query: Query = {}): ReadState<T> {
  return useQuery<T>({ ...asked<T>(path ?? "", query), queryKey: [path, query], enabled: path !== null });
}

export function useGathered<T>(question: Asked<T>): ReadState<T> {
  // What did not change is the same object already.
  return useQuery<T>({ ...question, structuralSharing: false });
}

/** Asks before a screen does. */
export async function askedBefore<T>(question: Asked<T>, updatedAt: number): Promise<void> {
  queries.setQueryData(question.queryKey, await question.queryFn(), { updatedAt });
}
