// The golden signals of one thing in a line, with the window before for comparison.
import type { ReactNode } from "react";
import type { Golden } from "../../model/api/signals.ts";
import { countText, msText, percentText, rateText } from "../word/number.ts";

export function SignalLine({ now, before }: { readonly now: Golden; readonly before: Golden | null }): ReactNode {
  if (now.requests === 0) {
    return (
      <p className="quiet">
        No request in this window
        {before !== null && before.requests > 0 ? `; ${countText(before.requests)} in the one before` : ""}.
      </p>
    );
  }
  return (
    <dl className="figures">
      <Figure
        name="requests"
        value={rateText(now.perSecond)}
        was={before === null ? null : rateText(before.perSecond)}
      />
      <Figure
        name="errors"
        value={percentText(now.errorPercent)}
        was={before === null ? null : percentText(before.errorPercent)}
      />
      <Figure name="p50" value={msText(now.p50Ms)} was={before === null ? null : msText(before.p50Ms)} />
      <Figure name="p95" value={msText(now.p95Ms)} was={before === null ? null : msText(before.p95Ms)} />
      <Figure name="p99" value={msText(now.p99Ms)} was={before === null ? null : msText(before.p99Ms)} />
      <Figure name="limited" value={countText(now.limited)} was={before === null ? null : countText(before.limited)} />
      <Figure
        name="at once"
        value={now.inFlight.toFixed(1)}
        was={before === null ? null : before.inFlight.toFixed(1)}
      />
    </dl>
  );
}

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
