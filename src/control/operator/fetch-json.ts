// One JSON object from an address that the mesh's owner has configured.
import { guardedFetch } from "../../bounded/guarded-fetch.ts";
import { isRecord } from "../../model/word/record.ts";

const TIMEOUT_MS = 5000;
const MAX_BYTES = 256 * 1024;

/** null = there was none, for whatever reason; which, is in the log. */
export async function fetchJson(
  url: string,
  rule: { readonly allowPrivate: boolean },
  init: Pick<RequestInit, "method" | "headers" | "body"> = {},
): Promise<Readonly<Record<string, unknown>> | null> {
  const fetched = await guardedFetch(url, { ...rule, ...init, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES });
  if (!fetched.ok) {
    return failed(url, fetched.message);
  }
  try {
    const value: unknown = JSON.parse(fetched.text);
    if (isRecord(value)) {
      return value;
    }
  } catch {
    // Told below.
  }
  return failed(url, "the answer is no JSON object");
}

function failed(url: string, reason: string): null {
  const { origin, pathname } = URL.canParse(url) ? new URL(url) : { origin: "", pathname: "" };
  // oxlint-disable-next-line no-console -- callers are told less, and the mesh's owner must be able to find out
  console.warn(JSON.stringify({ level: "warn", at: "operators", address: `${origin}${pathname}`, message: reason }));
  return null;
}
