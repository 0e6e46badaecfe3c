// The audit: who wrote what or was refused, newest first, and whether the chain of rows is whole.
import { useState, type ReactNode } from "react";
import { Link } from "wouter";
import type { AuditEntry, AuditList, AuditVerification } from "../../model/api/operators.ts";
import { useRead } from "../data/read.ts";
import { Ready } from "../part/ready.tsx";
import { Button } from "../part/button.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable, type Column } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { Screen } from "../part/screen.tsx";
import { When } from "../part/when.tsx";

const columns: readonly Column<AuditEntry>[] = [
  { head: "When", cell: (one) => <When time={one.at} />, sort: (one) => one.seq },
  { head: "Who", cell: (one) => `${one.actor}${one.role === null ? "" : ` (${one.role})`}`, sort: (one) => one.actor },
  { head: "From", cell: (one) => one.ip ?? "–" },
  { head: "Did", cell: (one) => one.action, sort: (one) => one.action },
  { head: "To", cell: (one) => one.target, sort: (one) => one.target },
  {
    head: "Outcome",
    cell: (one) => <HealthBadge word={one.outcome === "allowed" ? "healthy" : "degraded"}>{one.outcome}</HealthBadge>,
    sort: (one) => one.outcome,
  },
  {
    head: "Revision",
    number: true,
    cell: (one) => (one.revision === null ? "–" : <Link href={`/history/${one.revision}`}>{one.revision}</Link>),
  },
  { head: "Why", cell: (one) => one.reason ?? "–" },
  { head: "Row", cell: (one) => <code title={one.hash}>{one.hash.slice(0, 8)}</code> },
];

export function AuditScreen(): ReactNode {
  const [cursor, setCursor] = useState<string | undefined>(undefined);
  const [isVerifying, setVerifying] = useState(false);
  const read = useRead<AuditList>("/audit", { limit: 100, cursor });
  const verified = useRead<AuditVerification>(isVerifying ? "/audit/verify" : null);
  return (
    <Screen
      title="Audit"
      at={read.dataUpdatedAt}
      acts={<Button onPress={() => setVerifying(true)}>Walk the chain</Button>}
    >
      {isVerifying ? (
        <Ready read={verified}>
          {({ ok, length, brokenAt }) => (
            <p role="status">
              <HealthBadge word={ok ? "healthy" : "failing"}>{ok ? "whole" : "broken"}</HealthBadge> {length} rows
              {brokenAt === undefined ? "" : `; row ${brokenAt} does not follow from the one before`}
            </p>
          )}
        </Ready>
      ) : null}
      <Ready read={read}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty cause="Nothing has been written yet." />
          ) : (
            <>
              <DataTable
                caption="Writes, and writes that were refused"
                columns={columns}
                rows={items}
                keyOf={(one) => String(one.seq)}
                textOf={(one) =>
                  `${one.actor} ${one.action} ${one.target} ${one.outcome} ${one.reason ?? ""} ${one.ip ?? ""}`
                }
              />
              <div className="row">
                {cursor === undefined ? null : <Button onPress={() => setCursor(undefined)}>Newest</Button>}
                {nextCursor === null ? null : <Button onPress={() => setCursor(nextCursor)}>Older</Button>}
              </div>
            </>
          )
        }
      </Ready>
      <SameInTerminal lines={["selvage audit --limit 100", "selvage audit --verify"]} />
    </Screen>
  );
}
