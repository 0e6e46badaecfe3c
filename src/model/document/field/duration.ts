// Durations as people write them: Go's `time.ParseDuration`, without signs. The Gateway API's format is a subset.
import * as z from "zod";
import { quote, say } from "../../word/wording.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const DURATION = /^(?:0|(?:(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const PART = /(\d*\.?\d*)(ns|us|µs|μs|ms|s|m|h)/g;

/** Longest duration taken: ten years. Beyond it a number is a slip of the pen, and sums might lose precision. */
const MAX_MS = 10 * 365 * 24 * 3_600_000;

/**
 * Milliseconds of a Go duration string, or null when it is none.
 *
 * @example parseDuration("1m30s") === 90_000; parseDuration("1.5s") === 1500; parseDuration("5") === null
 */
export function parseDuration(text: string): number | null {
  if (text.length > 64 || !DURATION.test(text)) {
    return null;
  }
  let ms = 0;
  for (const [, number, unit] of text.matchAll(PART)) {
    ms += Number(number) * (UNIT_MS[unit ?? ""] ?? Number.NaN);
  }
  // Go counts whole nanoseconds; rounding to them keeps 0.1s + 0.2s sums free of binary dust.
  const rounded = Math.round(ms * 1e6) / 1e6;
  return rounded <= MAX_MS ? rounded : null;
}

const HINT = "Write a number with its unit, such as 250ms, 5s or 1m30s.";

/** A duration, kept as written. */
export const durationSchema = z
  .string({
    error: ({ input }) => (input === undefined ? undefined : say(`${quote(input)} is not a duration`, HINT)),
  })
  .regex(DURATION, { error: (issue) => say(`${quote(issue.input)} is not a duration`, HINT), abort: true })
  .refine((text) => parseDuration(text) !== null, {
    error: (issue) => say(`${quote(issue.input)} is too long for a duration`, "Ten years is the most."),
  });

/** A duration greater than zero. */
export const positiveDurationSchema = durationSchema.refine((text) => parseDuration(text) !== 0, {
  error: say("The duration must be longer than zero", HINT),
});

const GATEWAY_DURATION = /^([0-9]{1,5}(h|m|s|ms)){1,4}$/;

/** The Gateway API's format (GEP-2257): up to four whole numbers with the units h, m, s, ms. */
export const gatewayDurationSchema = z.string().regex(GATEWAY_DURATION, {
  error: (issue) =>
    say(
      `${quote(issue.input)} is not a duration of the Gateway API`,
      "Write up to four whole numbers with h, m, s or ms, such as 500ms or 1m30s.",
    ),
});
