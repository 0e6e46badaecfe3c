// Durations of others (protobuf JSON, Go, milliseconds) → those of the Gateway API: whole hours, minutes, seconds,
// milliseconds.
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
  return ms === null ? null : spelledMs(ms);
}

/** Null for what is not a whole number of milliseconds, or longer than a duration may be. */
export function spelledMs(ms: number): string | null {
  if (!Number.isSafeInteger(ms) || ms < 0) {
    return null;
  }
  if (ms === 0) {
    return "0s";
  }
  let left = ms;
  const text = UNITS.map(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count === 0 ? "" : `${count}${unit}`;
  }).join("");
  return parseDuration(text) === null ? null : text;
}
