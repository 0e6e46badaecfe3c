// One request in one line: for the access log, and by the same names in what the API tells of kept ones. No header, no
// query and no body is in it.
import type { EndedRequest } from "../../model/message/receipt.ts";

export interface AccessLine {
  /** When it came. */
  readonly at: string;
  readonly tookMs: number;
  readonly requestId: string;
  readonly traceId: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly clientIp: string | null;
  readonly caller: string;
  /** `<namespace>/<name>`; empty = it went to none. */
  readonly service: string;
  readonly version: string | null;
  readonly endpoint: string | null;
  readonly route: string;
  readonly status: number;
  /** The stage that decided; `forwarded` = the service answered, `allowed` = another proxy was told yes. */
  readonly decision: string;
  readonly policy: string | null;
  readonly code: string | null;
  readonly revision: number;
}

const LONGEST_PATH = 2000;

export function accessLine(ended: EndedRequest): AccessLine {
  const { path } = ended;
  return {
    at: new Date(ended.at).toISOString(),
    tookMs: ended.tookMs,
    requestId: ended.requestId,
    traceId: ended.traceId,
    method: ended.method,
    host: ended.host,
    path: path.length > LONGEST_PATH ? `${path.slice(0, LONGEST_PATH)}…` : path,
    clientIp: ended.clientAddress,
    caller: ended.caller,
    service: ended.service,
    version: ended.version,
    endpoint: ended.endpoint,
    route: ended.route,
    status: ended.status,
    decision: ended.stage,
    policy: ended.policy,
    code: ended.code,
    revision: ended.revision,
  };
}
