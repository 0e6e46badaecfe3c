// Reads a body, and refuses it in time: the limit counts bytes as they arrive, because a length that the caller
// declares (or leaves out) proves nothing.
import { MAX_BODY_BYTES } from "../../model/api/resource.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { readLimited } from "../../bounded/read-limited.ts";

export type Outcome<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusal: Refusal };

/** The media type without parameters, lower-case; `null` when there is no content-type. */
export function mediaType(request: Request): string | null {
  const header = request.headers.get("content-type");
  return header === null ? null : (header.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** The whole body as text. Refuses more than `MAX_BODY_BYTES`, compressed bodies, and what is not UTF-8. */
export async function readText(request: Request): Promise<Outcome<string>> {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    return refuseBody({
      problem: "unsupportedMediaType",
      detail: `The body is encoded with "${encoding}"; send it plain.`,
    });
  }
  const bytes = await readLimited(request.body, MAX_BODY_BYTES);
  if (bytes === null) {
    return refuseBody({
      problem: "payloadTooLarge",
      detail: `A body may have at most ${MAX_BODY_BYTES} bytes (1 MiB).`,
    });
  }
  try {
    return { ok: true, value: new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes) };
  } catch {
    return refuseBody({ problem: "malformed", detail: "The body is not UTF-8." });
  }
}

export function refuseBody(refusal: Refusal): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal };
}
