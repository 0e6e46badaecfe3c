// A list of what is known of one thing.
import type { ReactNode } from "react";

export function Facts({ rows }: { readonly rows: readonly (readonly [name: string, value: ReactNode])[] }): ReactNode {
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt>{name}</dt>
          <dd>{isNothing(value) ? <span className="quiet">none</span> : value}</dd>
        </div>
      ))}
    </dl>
  );
}

const isNothing = (value: ReactNode): boolean =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
