// Numbers of signals as people read them: short, with their unit, the same on every screen.

/** `1 284/s`, `3.2/s`, `0.05/s`. */
export function rateText(perSecond: number): string {
  return `${perSecond >= 10 ? groups(Math.round(perSecond)) : trimmed(perSecond, perSecond >= 1 ? 1 : 2)}/s`;
}

/** `31.0 %`; less than a tenth of a percent is not nothing. */
export function percentText(percent: number): string {
  return percent > 0 && percent < 0.1 ? "<0.1 %" : `${percent.toFixed(1)} %`;
}

/** `48 ms`, `2.1 s`; `–` where nothing was asked. */
export function msText(ms: number | null): string {
  if (ms === null) {
    return "–";
  }
  return ms >= 1000 ? `${trimmed(ms / 1000, 1)} s` : `${ms >= 10 ? Math.round(ms) : trimmed(ms, 1)} ms`;
}

/** `1 284`. */
export function countText(number: number): string {
  return groups(Math.round(number));
}

const trimmed = (number: number, digits: number): string => String(Number(number.toFixed(digits)));
const groups = (number: number): string => String(number).replaceAll(/\B(?=(\d{3})+$)/g, "\u202F");
