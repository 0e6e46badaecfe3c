// The golden signals of one thing in a line, with the window before for comparison.
import type { ReactNode } from "react";
import type { Golden } from "../../model/api/signals.ts";
import { countText, msText, percentText, rateText } from "../word/number.ts";

export function SignalLine({ now, before }: { readonly now: Golden; readonly before: Golden | null }): ReactNode {
  return (
    <dl className="figures">
      <Figure
        name="requests"
        value={rateText(now.perSecond)}
        was={was(before, ({ perSecond }) => rateText(perSecond))}
      />
      <Figure
        name="errors"
        value={percentText(now.errorPercent)}
        was={was(before, ({ errorPercent }) => percentText(errorPercent))}
      />
      <Figure name="p50" value={msText(now.p50Ms)} was={was(before, ({ p50Ms }) => msText(p50Ms))} />
      <Figure name="p95" value={msText(now.p95Ms)} was={was(before, ({ p95Ms }) => msText(p95Ms))} />
      <Figure name="p99" value={msText(now.p99Ms)} was={was(before, ({ p99Ms }) => msText(p99Ms))} />
      <Figure name="limited" value={countText(now.limited)} was={was(before, ({ limited }) => countText(limited))} />
      <Figure name="at once" value={now.inFlight.toFixed(1)} was={was(before, ({ inFlight }) => inFlight.toFixed(1))} />
    </dl>
  );
}

/** Where there was nothing before, there is nothing to compare with. */
const was = (before: Golden | null, text: (of: Golden) => string): string | null =>
  before === null || before.requests === 0 ? null : text(before);

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly was: string | null;
}

function Figure({ name, value, was }: FigureProps): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong> {was === null ? null : <span className="quiet">was {was}</span>}
      </dd>
    </div>
  );
}
