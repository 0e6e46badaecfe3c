// What the mesh would do, or did: each document with the places in it that change, and what it warns of.
import type { ReactNode } from "react";
import type { ApplyResult } from "../../model/api/apply.ts";
import { RefLink } from "./drawn.tsx";

export function PlanView({ result }: { readonly result: ApplyResult }): ReactNode {
  const { summary, items, warnings, revision, planId } = result;
  const changed = items.filter(({ action }) => action !== "unchanged");
  return (
    <section aria-label="Plan">
      <p>
        {summary.create} new, {summary.update} changed, {summary.prune} removed, {summary.unchanged} unchanged; the mesh
        is at revision {revision}. <span className="quiet mono">plan {planId.slice(0, 12)}</span>
      </p>
      {changed.map(({ ref, action, patch }) => (
        <div key={ref}>
          <h3>
            {action} <RefLink reference={ref} />
          </h3>
          <ul>
            {patch.map(({ op, path, value }) => (
              <li key={`${op} ${path}`} className="mono">
                {op} {path}
                {value === undefined ? "" : `: ${JSON.stringify(value)}`}
              </li>
            ))}
          </ul>
        </div>
      ))}
      {warnings.map((one, index) => (
        <p key={index} className="alert degraded">
          {one.code} {one.ref} {one.pointer}: {one.message} {one.hint ?? ""}
        </p>
      ))}
    </section>
  );
}
