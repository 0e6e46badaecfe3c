// The key of a bucket, as commands print it.
import type { LimitUseAnswer } from "../model/api/limits.ts";

export function keyText({ key, overflow }: Pick<LimitUseAnswer, "key" | "overflow">): string {
  if (overflow) {
    return "(all others)";
  }
  return key.length === 0 ? "*" : key.map((part) => (part === "" ? "-" : part)).join(" ");
}
