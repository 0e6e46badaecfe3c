// Hears of a caller that hangs up, where the platform can tell. What a request holds of the isolate's memory has to be
// given back at that moment: unless something waits behind the answer, no code of the request runs any more.

/** @param signal of the caller's request @returns forgets it */
export function whenLeft(signal: AbortSignal, work: () => void): () => void {
  signal.addEventListener("abort", work, { once: true });
  return () => signal.removeEventListener("abort", work);
}
