// Moments as people read them, in UTC and in the reader's own time.

/** `2026-11-29 11:52:13 UTC · 12:52:13 here`. */
export function momentText(time: string): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) {
    return time;
  }
  const utc = at.toISOString().slice(0, 19).replace("T", " ");
  return `${utc} UTC · ${at.toLocaleString()} here`;
}

/** `11:52 UTC`; as the reader's own clock stood where that is wished. */
export function clockTime(time: string, times: "ago" | "utc" | "local"): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) {
    return time;
  }
  const two = (value: number): string => String(value).padStart(2, "0");
  return times === "local" ? `${two(at.getHours())}:${two(at.getMinutes())}` : `${at.toISOString().slice(11, 16)} UTC`;
}

/** `2026-11-29 11:52:13 UTC`, or the same of the reader's own clock. */
export function fullTime(time: string, times: "utc" | "local"): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) {
    return time;
  }
  return times === "utc" ? `${at.toISOString().slice(0, 19).replace("T", " ")} UTC` : at.toLocaleString();
}

/** `11:52:13.040`, in UTC or as the reader's own clock stood. */
export function clockWithMs(time: string, isLocal: boolean): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) {
    return time;
  }
  return (isLocal ? new Date(at.getTime() - at.getTimezoneOffset() * 60_000) : at).toISOString().slice(11, 23);
}
