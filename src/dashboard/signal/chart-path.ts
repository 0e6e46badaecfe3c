// Points of a series as the path of a line: gaps stay gaps. Pure.

interface Frame {
  readonly width: number;
  readonly height: number;
  /** What is at the top edge. */
  readonly most: number;
}

/** `M0,10 L5,8 …`; null points end a stroke, the next one begins another. */
export function linePath(values: readonly (number | null)[], { width, height, most }: Frame): string {
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let isDown = false;
  const parts: string[] = [];
  for (const [index, value] of values.entries()) {
    if (value === null) {
      isDown = false;
      continue;
    }
    const x = (index * step).toFixed(1);
    const y = (height - (most <= 0 ? 0 : Math.min(value / most, 1)) * height).toFixed(1);
    parts.push(`${isDown ? "L" : "M"}${x},${y}`);
    isDown = true;
  }
  return parts.join(" ");
}

/** A round number not below the largest value. */
export function roundTop(values: readonly (number | null)[]): number {
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  if (most === 0) {
    return 1;
  }
  const unit = 10 ** Math.floor(Math.log10(most));
  const top = [1, 2, 5].find((times) => times * unit >= most) ?? 10;
  return top * unit;
}
