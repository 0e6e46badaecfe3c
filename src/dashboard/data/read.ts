// Reading: one question, or several as one. While the page follows, the answers are what the feed told.
import { hashKey, useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { ApiAnswer, ApiClient, Failure } from "../../cli/session/client.ts";
import { readerFor } from "./live.ts";

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
  const key = [path, query];
  return useQuery<T>({
    queryKey: key,
    queryFn: async () => taken(await readerFor(hashKey(key)).call<T>("GET", path ?? "", { query })),
    enabled: path !== null,
  });
}

/**
 * Several answers as one.
 *
 * @param gather asks by the client that it is given, so that what it asks can be followed
 */
export function useGathered<T>(name: string, gather: (client: ApiClient) => Promise<T>): ReadState<T> {
  const key = [name];
  return useQuery<T>({
    queryKey: key,
    queryFn: () => gather(readerFor(hashKey(key))),
    // What did not change is the same object already.
    structuralSharing: false,
  });
}
