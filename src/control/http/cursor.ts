// Page cursors: opaque to callers, the last key of the page to us. Not signed: a forged one only moves the caller's own
// view.
import { encodeBase64url } from "../../tokens/base64url.ts";

export function encodeCursor(key: string): string {
  return encodeBase64url(new TextEncoder().encode(key));
}

/** null = not one of ours. */
export function decodeCursor(cursor: string): string | null {
  try {
    const binary = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(
      Uint8Array.from(binary, (char) => char.charCodeAt(0)),
    );
  } catch {
    return null;
  }
}
