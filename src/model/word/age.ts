// How long ago, as short as it can be said.

/** `41d`, `3h`, `12m`, `8s`: how long ago, in the largest unit that is not zero. `-` for what has no time. */
export function age(since: string | null, now: number): string {
  const started = since === null ? Number.NaN : Date.parse(since);
  if (Number.isNaN(started)) {
    return "-";
  }
  const seconds = Math.max(0, Math.floor((now - started) / 1000));
  const [unit, size] = ages.find(([, size]) => seconds >= size) ?? ["s", 1];
  return `${Math.floor(seconds / size)}${unit}`;
}

const ages: readonly (readonly [string, number])[] = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
];

/** `4m ago`; `in 3h` for what is to come; `never` for what has no time. */
export function agoText(time: string | null, now: number): string {
  const at = time === null ? Number.NaN : Date.parse(time);
  if (Number.isNaN(at)) {
    return "never";
  }
  return at > now ? `in ${age(new Date(now).toISOString(), at)}` : `${age(time, now)} ago`;
}
