// What the Worker's variables say about requests that ended: which are kept or logged, and where they are sent as well.
import { flag, shown, text } from "./value.ts";
import type { Variables } from "./variables.ts";

export interface OtlpSettings {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: "http/json" | "http/protobuf";
  /** Lines of the access log go there, and not to the platform's log. */
  readonly logs: boolean;
  /** Metrics are pushed there each minute. */
  readonly metrics: boolean;
}

/** A share that is said as percent. @returns one of so many; 0 = none */
export function oneOf(name: string, value: unknown, usual: number, faults: string[]): number {
  const said = text(value)?.trim() ?? String(usual);
  const isPercent = /^\d{1,3}(?:\.\d{1,6})?$/.test(said) && Number(said) <= 100;
  if (!isPercent) {
    faults.push(`${name} is "${shown(value)}" and is taken for ${usual}: write a number from 0 to 100.`);
  }
  const percent = isPercent ? Number(said) : usual;
  return percent === 0 ? 0 : Math.max(1, Math.round(100 / percent));
}

export function otlpOf(
  { OTLP_ENDPOINT, OTLP_HEADERS, OTLP_LOGS, OTLP_METRICS, OTLP_PROTOCOL }: Variables,
  faults: string[],
): OtlpSettings | null {
  const said = text(OTLP_ENDPOINT)?.trim() ?? null;
  const logs = flag("OTLP_LOGS", OTLP_LOGS, faults);
  const metrics = flag("OTLP_METRICS", OTLP_METRICS, faults);
  if (said === null) {
    if (metrics) {
      faults.push("OTLP_METRICS is set without OTLP_ENDPOINT: no metrics are pushed.");
    }
    if (logs) {
      faults.push("OTLP_LOGS is set without OTLP_ENDPOINT: the access log stays in the platform's log.");
    }
    return null;
  }
  const url = URL.canParse(said) ? new URL(said) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.username !== "") {
    faults.push(
      `OTLP_ENDPOINT is "${shown(OTLP_ENDPOINT)}" and is not used: write a URL such as https://collector.example:4318.`,
    );
    return null;
  }
  const headers: Record<string, string> = {};
  for (const part of (text(OTLP_HEADERS) ?? "").split(",")) {
    const [, name = "", value = ""] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(.*)$/.exec(part) ?? [];
    if (name !== "") {
      headers[name.toLowerCase()] = value.trim();
    } else if (part.trim() !== "") {
      faults.push("A part of OTLP_HEADERS is no header and is not sent: write name=value, with commas between.");
    }
  }
  const endpoint = said.replace(/\/(?:v1\/traces\/?)?$/, "");
  return { endpoint, headers, protocol: protocolOf(OTLP_PROTOCOL, faults), logs, metrics };
}

/** By the words of `OTEL_EXPORTER_OTLP_PROTOCOL`. */
function protocolOf(value: unknown, faults: string[]): OtlpSettings["protocol"] {
  const said = text(value)?.trim().toLowerCase() ?? "http/json";
  if (said !== "http/json" && said !== "http/protobuf") {
    faults.push(
      `OTLP_PROTOCOL is "${shown(value)}" and is taken for "http/json": write "http/json" or "http/protobuf".`,
    );
  }
  return said === "http/protobuf" ? said : "http/json";
}

export function slowOf(value: unknown, faults: string[]): number {
  const said = text(value)?.trim() ?? "2000";
  if (/^[1-9]\d{0,6}$/.test(said)) {
    return Number(said);
  }
  faults.push(`TRACE_SLOW_MS is "${shown(value)}" and is taken for 2000: write whole milliseconds.`);
  return 2000;
}
