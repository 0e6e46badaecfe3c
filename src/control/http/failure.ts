// Exceptions: the registry's database, or a bug. Callers learn which of the two, and an id; the log gets the rest.
import { storageRefusal } from "../../store/error.ts";
import type { Refusal } from "../../model/word/problem.ts";

export function refuseFailure(error: unknown, requestId: string): Refusal {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  // oxlint-disable-next-line no-console -- one JSON line for each failure is what Workers Logs index
  console.error(JSON.stringify({ level: "error", at: "control", requestId, error: text }));
  return (
    storageRefusal(error) ?? {
      problem: "internal",
      detail: `This is a bug. The log has an entry with the request id ${requestId}.`,
    }
  );
}
