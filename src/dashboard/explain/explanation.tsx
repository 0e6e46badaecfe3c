// What the mesh would decide, in the order in which it does.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { DecisionAnswer, ExplainAnswer } from "../../model/api/explain.ts";
import { refOf } from "../../model/word/refs.ts";
import { DataTable } from "../part/data-table.tsx";
import { Facts } from "../part/facts.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { rawPath } from "../../model/word/screen-paths.ts";
import type { ShownHealth } from "../../verdict/health.ts";

type Decider = NonNullable<DecisionAnswer["document"]>;

const words: Readonly<Partial<Record<string, ShownHealth>>> = {
  passed: "healthy",
  refused: "failing",
  answered: "notice",
  noted: "notice",
  unknown: "unknown",
};

export function ExplanationView({ answer }: { readonly answer: ExplainAnswer }): ReactNode {
  const { revision, request, caller, decisions, destination, endpoints, answer: got } = answer;
  const who = caller.workload ?? caller.application ?? caller.user ?? "nobody known";
  return (
    <section aria-label="Explanation">
      <h2>The answer</h2>
      <Facts
        rows={[
          ["Request", request === null ? "not admitted" : `${request.method} ${request.host}${request.path}`],
          ["Caller", `${who}${caller.imagined ? " (imagined)" : ""}`],
          [
            "Leads to",
            destination === null
              ? null
              : `${destination.namespace}/${destination.service}${destination.version === null ? "" : ` ${destination.version}`}`,
          ],
          [
            "Answer",
            got === null
              ? "withheld"
              : got.from === "service"
                ? "the service's own"
                : `${got.status ?? ""} ${got.problem?.code ?? ""} ${got.problem?.detail ?? ""}`,
          ],
          [
            "By revision",
            <Link key="revision" href={`/history/${revision}`}>
              {revision}
            </Link>,
          ],
        ]}
      />
      <h2>Decisions, in their order</h2>
      <ol className="stack">
        {decisions.map((one, index) => (
          <li key={index} className="card">
            <Decision decision={one} />
          </li>
        ))}
      </ol>
      {endpoints.length === 0 ? null : (
        <DataTable
          caption="Endpoints that could answer"
          rows={endpoints}
          keyOf={({ id }) => id}
          columns={[
            {
              head: "Now",
              cell: ({ eligible }) => (
                <HealthBadge word={eligible ? "healthy" : "failing"}>{eligible ? "could" : "could not"}</HealthBadge>
              ),
            },
            { head: "Endpoint", cell: ({ address }) => <span className="mono">{address}</span> },
            { head: "Version", cell: ({ version }) => version ?? "none" },
            { head: "Cluster", cell: ({ cluster }) => cluster },
            { head: "Weight", number: true, cell: ({ weight }) => weight },
            { head: "Why", cell: ({ why }) => why ?? "–" },
          ]}
        />
      )}
    </section>
  );
}

function Decision({ decision }: { readonly decision: DecisionAnswer }): ReactNode {
  const { stage, outcome, document, detail, alternatives, withheld } = decision;
  return (
    <>
      <div className="row">
        <strong className="mono">{stage}</strong>
        <HealthBadge word={words[outcome] ?? "idle"}>{outcome}</HealthBadge>
        {document === null ? null : <DeciderLink decider={document} />}
        {withheld ? <span className="quiet">by a document that you may not see</span> : null}
      </div>
      <p>{detail}</p>
      {alternatives.length === 0 ? null : (
        <details>
          <summary>{alternatives.length} not taken</summary>
          <ul>
            {alternatives.map(({ document: other, why }, index) => (
              <li key={index}>
                {other === null ? null : <DeciderLink decider={other} />} {why}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function DeciderLink({ decider: { kind, namespace, name, pointer } }: { readonly decider: Decider }): ReactNode {
  return (
    <>
      <Link href={rawPath(refOf(kind, namespace, name))}>{`${kind} ${namespace}/${name}`}</Link>{" "}
      {pointer === null ? null : <code>{pointer}</code>}
    </>
  );
}
