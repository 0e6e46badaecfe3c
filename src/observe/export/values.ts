// Values, times and the resource as OTLP's JSON writes them: 64-bit numbers as text.

export type OtlpValue = string | number | boolean;

/** Whole milliseconds: what is behind them no clock of the platform tells. */
export const nanos = (ms: number): string => `${Math.round(ms)}000000`;

export function attributesOf(values: Readonly<Record<string, OtlpValue>>): object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: valueOf(value) }));
}

/** Who tells it, and what of it was lost before. */
export function resourceOf(mesh: string, dropped: number): object {
  return {
    attributes: attributesOf({
      "service.name": "selvage",
      "service.namespace": mesh,
      "selvage.telemetry.dropped": dropped,
    }),
  };
}

export const SCOPE = { name: "selvage" } as const;

/** JSON has no number for what is not finite: protobuf's own mapping writes it as a word. */
export const doubleOf = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

function valueOf(value: OtlpValue): object {
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: doubleOf(value) };
  }
  return typeof value === "boolean" ? { boolValue: value } : { stringValue: value };
}
