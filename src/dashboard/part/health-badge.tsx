// A state as word and sign.
import type { ReactNode } from "react";
import { healthSigns, type ShownHealth } from "../word/health.ts";

export function HealthBadge({
  word,
  children,
}: {
  readonly word: ShownHealth;
  readonly children?: ReactNode;
}): ReactNode {
  return (
    <span className={`badge ${word}`}>
      <span aria-hidden="true">{healthSigns[word]}</span>
      {children ?? word}
    </span>
  );
}
