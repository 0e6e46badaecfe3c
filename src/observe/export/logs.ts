// Lines of the access log as `ExportLogsServiceRequest`: attributes have the names that spans have, the body is for
// people.
import type { AccessLine } from "./access-line.ts";
import type { Exported } from "./send.ts";
import { attributesOf, nanos, resourceOf, SCOPE, type OtlpValue } from "./values.ts";

const INFO = { severityNumber: 9, severityText: "INFO" } as const;
const ERROR = { severityNumber: 17, severityText: "ERROR" } as const;

export const LOGS: Exported<AccessLine> = {
  path: "/v1/logs",
  mostWaiting: 5000,
  mostAtOnce: 500,
  gatherMs: 1000,
  count: (lines) => lines.length,
  body: (lines, mesh, dropped) => ({
    resourceLogs: [
      {
        resource: resourceOf(mesh, dropped),
        scopeLogs: [{ scope: SCOPE, logRecords: lines.map(otlpRecord) }],
      },
    ],
  }),
};

function otlpRecord(line: AccessLine): object {
  const { at, tookMs, traceId, status, method, host, path, decision, code } = line;
  const endMs = Date.parse(at) + tookMs;
  return {
    timeUnixNano: nanos(endMs),
    observedTimeUnixNano: nanos(endMs),
    ...(status >= 500 ? ERROR : INFO),
    body: { stringValue: `${method} ${host}${path} ${status} ${tookMs} ms ${code ?? decision}` },
    attributes: attributesOf(attributesOfLine(line)),
    traceId,
  };
}

function attributesOfLine(line: AccessLine): Record<string, OtlpValue> {
  return {
    "http.request.method": line.method,
    "http.response.status_code": line.status,
    "server.address": line.host,
    "url.path": line.path,
    "selvage.request_id": line.requestId,
    "selvage.client": line.caller,
    "selvage.service": line.service,
    "selvage.route": line.route,
    "selvage.decision": line.decision,
    "selvage.revision": line.revision,
    "selvage.took_ms": line.tookMs,
    ...(line.clientIp === null ? {} : { "client.address": line.clientIp }),
    ...(line.version === null ? {} : { "service.version": line.version }),
    ...(line.endpoint === null ? {} : { "selvage.endpoint": line.endpoint }),
    ...(line.policy === null ? {} : { "selvage.policy": line.policy }),
    ...(line.code === null ? {} : { "error.type": line.code }),
  };
}
