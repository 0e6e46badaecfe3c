// Documents that stand in manifests beside ours and say nothing here: passed over with a warning, so that a file which
// kubectl takes can be applied as it is.
import type { Finding } from "../word/finding.ts";
import { isRecord } from "../word/record.ts";
import { refOf } from "../word/refs.ts";

const GATEWAY_CLASS = /^gateway\.networking\.k8s\.io\/v1(?:beta1)?$/;

/** The warning about a document that is passed over; null = it is for the mesh to read. */
export function passedOver(value: unknown): Finding | null {
  if (!isRecord(value)) {
    return null;
  }
  const { apiVersion, kind, metadata } = value;
  if (kind !== "GatewayClass" || typeof apiVersion !== "string" || !GATEWAY_CLASS.test(apiVersion)) {
    return null;
  }
  const name = isRecord(metadata) ? metadata.name : null;
  return {
    severity: "warning",
    code: "SLV1024",
    ref: refOf(kind, "default", typeof name === "string" ? name.slice(0, 253) : ""),
    pointer: "",
    message: "A GatewayClass is passed over: there is one implementation here, and every Gateway belongs to it",
    hint: "Nothing has to be done; gatewayClassName may be anything.",
  };
}
