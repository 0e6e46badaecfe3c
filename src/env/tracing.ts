// What the Worker's variables say about traces: which requests are kept, and where they are sent as well.
import { shown, text } from "./value.ts";
import type { Variables } from "./variables.ts";

export interface OtlpSettings {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function traceEveryOf(value: unknown, faults: string[]): number {
  const said = text(value)?.trim() ?? "1";
  const percent = /^\d{1,3}(?:\.\d{1,6})?$/.test(said) ? Number(said) : Number.NaN;
  if (percent >= 0 && percent <= 100) {
    return percent === 0 ? 0 : Math.max(1, Math.round(100 / percent));
  }
  faults.push(`TRACE_PERCENT is "${shown(value)}" and is taken for 1: write a number from 0 to 100.`);
  return 100;
}

export function otlpOf({ OTLP_ENDPOINT, OTLP_HEADERS }: Variables, faults: string[]): OtlpSettings | null {
  const said = text(OTLP_ENDPOINT)?.trim() ?? null;
  if (said === null) {
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
  return { endpoint: said.replace(/\/(?:v1\/traces\/?)?$/, ""), headers };
}

export function slowOf(value: unknown, faults: string[]): number {
  const said = text(value)?.trim() ?? "2000";
  if (/^[1-9]\d{0,6}$/.test(said)) {
    return Number(said);
  }
  faults.push(`TRACE_SLOW_MS is "${shown(value)}" and is taken for 2000: write whole milliseconds.`);
  return 2000;
}
