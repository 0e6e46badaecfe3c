// The answers that screens are drawn from, kept while they are fresh and asked again when the page is looked at again
// or somebody says so. At rest nothing is asked.
import { QueryClient } from "@tanstack/react-query";

/** Younger answers are shown again without asking. */
const FRESH_MS = 5_000;

export const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: FRESH_MS, retry: false, refetchOnWindowFocus: true, networkMode: "always" } },
});
