// What D1 says when it cannot or will not: told apart by the only thing it gives, its message.
import type { Refusal } from "../model/word/problem.ts";

/** The registry did not do what it was asked; nothing was half written, since every write is one batch. */
class StorageError extends Error {
  override readonly name = "StorageError";
  /** True: D1 was reached and refused. False: it could not be reached, or was too busy. */
  readonly refused: boolean;

  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
    // Losing the race for the audit's next row again and again means that too many write at once.
    this.refused =
      !isDuplicate(cause, "audit.seq") && /SQLITE_(CONSTRAINT|TOOBIG|ERROR|MISMATCH|RANGE)/.test(this.message);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether the error says that another row already has this value in a unique column, e.g. `revisions.n`. */
export function isDuplicate(error: unknown, column: string): boolean {
  return messageOf(error).includes(`UNIQUE constraint failed: ${column}`);
}

/** Whatever D1 throws, as a StorageError. */
export async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof StorageError ? error : new StorageError(error);
  }
}

/** The answer to a caller whose call met a StorageError; null when the error is something else, a bug. */
export function storageRefusal(error: unknown): Refusal | null {
  if (!(error instanceof StorageError)) {
    return null;
  }
  if (error.refused) {
    return { problem: "internal", detail: "The registry refused the statement. Nothing was written." };
  }
  return {
    problem: "storageUnavailable",
    detail: "The registry cannot be reached. Traffic goes on with the last good configuration; try again shortly.",
    headers: { "retry-after": "2" },
  };
}
