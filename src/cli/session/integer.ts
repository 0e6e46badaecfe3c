// An option's value that is a whole number within bounds, or a time.
import { InvalidArgumentError } from "commander";
import { parseDuration } from "../../model/document/field/duration.ts";

export function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) {
      return value;
    }
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}

/** Seconds, as a number or as kubectl writes them: `30`, `30s`, `1m30s`. */
export function seconds(maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : (parseDuration(text) ?? 0) / 1000;
    if (value > 0 && value <= maximum) {
      return value;
    }
    throw new InvalidArgumentError(`It must be seconds, at most ${maximum}, or a duration: 30, 30s, 5m.`);
  };
}
