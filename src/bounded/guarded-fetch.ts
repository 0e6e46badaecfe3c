// One request to an address that somebody wrote into a document or a setting, which is their wish that this Worker make
// it: only where it may reach, no redirect (it would lead where nobody judged), a deadline, and no more of the answer
// than was agreed.
import { refusalForAddress } from "../decide/text/address.ts";
import { readLimited } from "./read-limited.ts";

interface GuardedRequest extends Pick<RequestInit, "method" | "headers" | "body"> {
  /** Whether the address may be one of a private network. */
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

type Fetched = { readonly ok: true; readonly text: string } | Failed;

type Failed = {
  readonly ok: false;
  /** A sentence's end, which names neither the address nor what the runtime said of it: `the address answered 404`. */
  readonly message: string;
} & (
  | { readonly why: "status"; readonly status: number }
  | { readonly why: "address" | "too-large" | "late" | "unreachable" }
);

/** The body of an answer with status 200, decoded leniently. Never rejects. */
export async function guardedFetch(
  url: string,
  { allowPrivate, timeoutMs, maxBytes, ...init }: GuardedRequest,
): Promise<Fetched> {
  const refused = refusalForAddress(url, { allowPrivate });
  if (refused !== null) {
    return { ok: false, why: "address", message: refused };
  }
  const stop = new AbortController();
  // AbortSignal.timeout would keep a Durable Object awake until it is over.
  const timer = setTimeout(() => stop.abort(), timeoutMs);
  try {
    const response = await fetch(url, { ...init, redirect: "manual", signal: stop.signal });
    if (response.status !== 200) {
      await response.body?.cancel();
      const { status } = response;
      return { ok: false, why: "status", status, message: `the address answered ${status}` };
    }
    const bytes = await readLimited(response.body, maxBytes);
    if (bytes === null) {
      return { ok: false, why: "too-large", message: `the answer has more than ${maxBytes} bytes` };
    }
    return { ok: true, text: new TextDecoder().decode(bytes) };
  } catch {
    return stop.signal.aborted
      ? { ok: false, why: "late", message: `there was no answer within ${timeoutMs} ms` }
      : { ok: false, why: "unreachable", message: "the address could not be reached" };
  } finally {
    clearTimeout(timer);
  }
}
