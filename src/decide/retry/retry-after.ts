// `Retry-After` (RFC 9110 §10.2.3) of an answer, as milliseconds from now.

const DATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** @returns null when there is none, or none that can be read; a date that is over is 0 */
export function readRetryAfter(value: string | null, nowMs: number): number | null {
  if (value === null) {
    return null;
  }
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) {
    return Number(text) * 1000;
  }
  const found = DATE.exec(text);
  if (found === null) {
    return null;
  }
  const [, day, month = "", year, hour, minute, second] = found;
  const at = MONTHS.indexOf(month);
  if (at === -1) {
    return null;
  }
  const days = daysSinceEpoch(Number(year), at + 1, Number(day));
  const atMs = ((days * 24 + Number(hour)) * 60 + Number(minute)) * 60_000 + Number(second) * 1000;
  return Math.max(0, atMs - nowMs);
}

/** Gregorian, counted from March so that leap days come last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}
