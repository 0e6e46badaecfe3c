// Documents that stand in manifests beside ours and say nothing here: passed over with a warning, so that a file which
// kubectl takes can be applied as it is.
import { unsupportedKind } from "../document/unsupported-kinds.ts";
import type { Finding } from "../word/finding.ts";
import { isRecord } from "../word/record.ts";
import { refOf } from "../word/refs.ts";

/** The warning about a document that is passed over; null = it is for the mesh to read. */
export function passedOver(value: unknown): Finding | null {
  if (!isRecord(value)) {
    return null;
  }
  const { apiVersion, kind, metadata } = value;
  const reason = typeof kind === "string" ? unsupportedKind(kind) : null;
  if (typeof kind !== "string" || typeof apiVersion !== "string" || reason?.passed?.test(apiVersion) !== true) {
    return null;
  }
  const [namespace, name] = ["namespace", "name"].map((key) => {
    const said = isRecord(metadata) ? metadata[key] : null;
    return typeof said === "string" ? said.slice(0, 253) : "";
  });
  return {
    severity: "warning",
    code: "SLV1024",
    ref: refOf(kind, namespace || "default", name ?? ""),
    pointer: "",
    message: `The ${kind} is passed over: ${reason.why}`,
    hint: reason.instead,
  };
}
