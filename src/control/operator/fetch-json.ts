// One JSON object from an address that the mesh's owner has configured: no redirects, a deadline, a cap.
import { refusalForAddress } from "../../decide/text/address.ts";
import { readBytes } from "../http/read-bytes.ts";

const TIMEOUT_MS = 5000;
const MAX_BYTES = 256 * 1024;

/** null = there was none, for whatever reason; which, is in the log. */
export async function fetchJson(
  url: string,
  rule: { readonly allowPrivate: boolean },
  init: RequestInit = {},
): Promise<Readonly<Record<string, unknown>> | null> {
  const refused = refusalForAddress(url, rule);
  if (refused !== null) return failed(url, refused);
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { ...init, redirect: "manual", signal });
    if (response.status !== 200) {
      await response.body?.cancel();
      return failed(url, `status ${response.status}`);
    }
    const bytes = await readBytes(response.body, MAX_BYTES);
    if (bytes === null) return failed(url, `more than ${MAX_BYTES} bytes`);
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value !== "object" || value === null || Array.isArray(value)) return failed(url, "no JSON object");
    return Object.fromEntries(Object.entries(value));
  } catch (error) {
    return failed(url, error instanceof Error ? error.name : "unreachable");
  }
}

function failed(url: string, reason: string): null {
  const { origin, pathname } = URL.canParse(url) ? new URL(url) : { origin: "", pathname: "" };
  // oxlint-disable-next-line no-console -- callers are told less, and the mesh's owner must be able to find out
  console.warn(JSON.stringify({ level: "warn", at: "operators", address: `${origin}${pathname}`, message: reason }));
  return null;
}
