// A JSON object, as opposed to an array, a scalar or null: what values of unknown form are looked into as.

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
