// What a collector answers: how long to wait, and what of a batch it did not take although it took the rest. Its words
// are a stranger's: read within a bound, and shown cut.
import { readLimited } from "../../bounded/read-limited.ts";

export interface CollectorAnswer {
  readonly status: number;
  /** null = it does not say. */
  readonly waitMs: number | null;
  /** Of what was sent, by its own count. */
  readonly rejected: number;
  /** Why, or what else it has to say; empty = nothing. */
  readonly message: string;
}

const LONGEST_WAIT_MS = 30_000;
const LARGEST = 65_536;
const LONGEST_MESSAGE = 300;
const NOTHING_SAID = { rejected: 0, message: "" } as const;

/** @param most so many were sent: of more nothing can be rejected */
export async function answerOf(response: Response, most: number, now: number): Promise<CollectorAnswer> {
  const { status, headers, body } = response;
  const waitMs = waitOf(headers.get("retry-after"), now);
  if (status !== 200) {
    await body?.cancel();
    return { status, waitMs, ...NOTHING_SAID };
  }
  const { rejected, message } = await partialSuccess(response);
  const isCount = Number.isSafeInteger(rejected) && rejected > 0;
  return {
    status,
    waitMs,
    rejected: isCount ? Math.min(rejected, most) : 0,
    message: message.slice(0, LONGEST_MESSAGE),
  };
}

async function partialSuccess({ headers, body }: Response): Promise<{ rejected: number; message: string }> {
  try {
    const bytes = await readLimited(body, LARGEST);
    if (bytes === null || bytes.length === 0) {
      return NOTHING_SAID;
    }
    const [type] = (headers.get("content-type") ?? "").split(";");
    return type?.trim() === "application/x-protobuf"
      ? (await import("./protobuf.ts")).partialSuccessOf(bytes)
      : partialOfJson(new TextDecoder().decode(bytes));
  } catch {
    // It took the batch, and what it says about that cannot be read: nothing is known to be missing.
    return NOTHING_SAID;
  }
}

/** `{"partialSuccess": {"rejectedSpans": "3", "errorMessage": "…"}}`; the count's name differs by what was sent. */
function partialOfJson(text: string): { rejected: number; message: string } {
  const partial: unknown = Reflect.get(Object(JSON.parse(text)), "partialSuccess");
  const members = Object.entries(Object(partial));
  const message = members.find(([name]) => name === "errorMessage")?.[1];
  return {
    rejected: Number(members.find(([name]) => name.startsWith("rejected"))?.[1] ?? 0),
    message: typeof message === "string" ? message : "",
  };
}

/** Seconds, or a date. */
function waitOf(said: string | null, now: number): number | null {
  if (said === null) {
    return null;
  }
  const text = said.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}
