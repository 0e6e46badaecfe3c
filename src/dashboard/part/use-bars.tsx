// An application's use of its limits: consumer and operator see the same bars.
import type { ReactNode } from "react";
import type { LimitUseAnswer } from "../../model/api/limits.ts";
import { Empty } from "./empty.tsx";

export function UseBars({ items }: { readonly items: readonly LimitUseAnswer[] }): ReactNode {
  if (items.length === 0) {
    return (
      <Empty cause="Nothing is used: it has made no request under a limit of its own within the limits' windows." />
    );
  }
  return (
    <ul className="stack">
      {items.map((one) => {
        const { namespace, policy, limit, used, capacity, refused, resetMs, key } = one;
        return (
          <li key={`${namespace}/${policy} ${limit} ${key.join(" ")}`} className="card">
            <strong>{limit}</strong> of {one.kind} {namespace}/{policy}
            {one.contract === null ? "" : `, by contract ${one.contract}`}
            <div className="row">
              <meter
                min={0}
                max={capacity}
                value={Math.min(used, capacity)}
                aria-label={`${limit}: ${used} of ${capacity} used`}
              />
              {used} of {capacity} used; free again in {Math.ceil(resetMs / 1000)} s; {refused} refused
            </div>
          </li>
        );
      })}
    </ul>
  );
}
