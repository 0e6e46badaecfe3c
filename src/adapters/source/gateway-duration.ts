// Durations of Istio (protobuf JSON or Go) → those of the Gateway API: whole hours, minutes, seconds, milliseconds.
import { parseDuration } from "../../model/document/field/duration.ts";

const UNITS = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

/** Null for what is no duration, or not a whole number of milliseconds. */
export function gatewayDuration(text: string): string | null {
  const ms = parseDuration(text);
  if (ms === null || !Number.isInteger(ms)) {
    return null;
  }
  if (ms === 0) {
    return "0s";
  }
  let left = ms;
  return UNITS.map(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count === 0 ? "" : `${count}${unit}`;
  }).join("");
}
