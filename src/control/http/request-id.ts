// The id of an admin request: the caller's when it is harmless to repeat in headers, logs and audit, else a new one.
import { keptRequestId } from "../../decide/header/headers.ts";

export function requestIdOf(request: Request): string {
  return keptRequestId(request.headers.get("x-request-id")) ?? crypto.randomUUID();
}
