// The id of an announced endpoint: made of its address, so that a process that starts again is the same endpoint.
import { createHash } from "node:crypto";

/** Of an absolute URL: `agent-` and 12 digits. A slash at its end makes no other endpoint. */
export function agentEndpointId(url: string): string {
  const digest = createHash("sha256").update(new URL(url).href.replace(/\/+$/, "")).digest("hex");
  return `agent-${digest.slice(0, 12)}`;
}
