// Every revision of the mesh, newest first.
import { useState, type ReactNode } from "react";
import { Link } from "wouter";
import type { Revision, RevisionList } from "../../model/api/registry.ts";
import { useRead } from "../data/read.ts";
import { Ready } from "../part/ready.tsx";
import { Button } from "../part/button.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable, type Column } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { Screen } from "../part/screen.tsx";
import { When } from "../part/when.tsx";

const columns: readonly Column<Revision>[] = [
  {
    head: "Revision",
    number: true,
    cell: (one) => <Link href={`/history/${one.revision}`}>{one.revision}</Link>,
    sort: (one) => one.revision,
  },
  { head: "When", cell: (one) => <When time={one.at} />, sort: (one) => one.at },
  { head: "Who", cell: (one) => one.actor, sort: (one) => one.actor },
  { head: "By", cell: (one) => (one.rolledBackTo === null ? one.source : `${one.source} to ${one.rolledBackTo}`) },
  {
    head: "Changes",
    cell: ({ summary: { create, update, prune } }) => `${create} new, ${update} changed, ${prune} removed`,
  },
  { head: "Why", cell: (one) => one.reason ?? <span className="quiet">no reason given</span> },
];

export function HistoryScreen(): ReactNode {
  const [cursor, setCursor] = useState<string | undefined>(undefined);
  const read = useRead<RevisionList>("/revisions", { limit: 50, cursor });
  return (
    <Screen title="History" at={read.dataUpdatedAt}>
      <Ready read={read}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <Empty cause="Nothing has been written yet." command="selvage apply -f mesh.yaml" />
          ) : (
            <>
              <DataTable
                caption="Revisions"
                columns={columns}
                rows={items}
                keyOf={(one) => String(one.revision)}
                textOf={(one) => `${one.revision} ${one.actor} ${one.source} ${one.reason ?? ""}`}
              />
              <div className="row">
                {cursor === undefined ? null : <Button onPress={() => setCursor(undefined)}>Newest</Button>}
                {nextCursor === null ? null : <Button onPress={() => setCursor(nextCursor)}>Older</Button>}
              </div>
            </>
          )
        }
      </Ready>
      <SameInTerminal lines={["selvage history"]} />
    </Screen>
  );
}
