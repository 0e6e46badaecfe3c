// Whether the mesh itself is well: its configuration, who runs it, and its keys.
import type { ReactNode } from "react";
import type { SigningKeys } from "../../model/api/identity.ts";
import { useMeshStatus, type StatusRead } from "../data/mesh-status.ts";
import { useRead } from "../data/read.ts";
import { useMay } from "../data/session.tsx";
import { Ready } from "../part/ready.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable } from "../part/data-table.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { Screen } from "../part/screen.tsx";
import { When } from "../part/when.tsx";
import { checksOf } from "./checks.ts";

export function CheckScreen(): ReactNode {
  const read = useMeshStatus();
  const mayKeys = useMay("admin");
  return (
    <Screen title="Check" at={read.dataUpdatedAt}>
      <Ready read={read}>{(value) => <Checks read={value} />}</Ready>
      <h2>Signing keys</h2>
      {mayKeys ? <Keys /> : <p className="quiet">They are an administrator&rsquo;s to see.</p>}
      <SameInTerminal lines={["selvage check", "selvage keys get", "selvage bug-report"]} />
    </Screen>
  );
}

function Keys(): ReactNode {
  const keys = useRead<SigningKeys>("/keys");
  return (
    <Ready read={keys}>
      {({ items, rotatesAt }) => (
        <>
          <DataTable
            caption="Keys that the mesh signs with"
            rows={items}
            keyOf={({ kid }) => kid}
            columns={[
              { head: "Key", cell: ({ kid }) => <code>{kid}</code> },
              { head: "State", cell: ({ state }) => state },
              { head: "Since", cell: ({ since }) => <When time={since} /> },
              { head: "Until", cell: ({ until }) => (until === null ? "–" : <When time={until} />) },
            ]}
          />
          <p>
            The next key starts to sign: <When time={rotatesAt} />
          </p>
        </>
      )}
    </Ready>
  );
}

function Checks({ read }: { readonly read: StatusRead }): ReactNode {
  const propagation = read.mesh.propagation?.ok === true ? read.mesh.propagation.value : null;
  return (
    <>
      <ul className="stack">
        {checksOf(read).map(({ what, word, says }) => (
          <li key={what}>
            <HealthBadge word={word}>{what}</HealthBadge> {says}
          </li>
        ))}
      </ul>
      <h2>Who runs what</h2>
      <DataTable
        caption="Isolates that asked lately"
        none="No isolate has asked for the newest revision lately: the mesh serves no traffic just now, or the mesh object is not reached."
        rows={propagation?.isolates ?? []}
        keyOf={({ isolate }) => isolate}
        columns={[
          { head: "Isolate", cell: ({ isolate }) => <code>{isolate.slice(0, 12)}</code> },
          { head: "Where", cell: ({ edge, colo }) => edge ?? colo ?? "not known" },
          { head: "Revision", number: true, cell: ({ revision }) => revision, sort: ({ revision }) => revision },
          { head: "Asked", cell: ({ seenAt }) => <When time={seenAt} />, sort: ({ seenAt }) => seenAt },
        ]}
      />
    </>
  );
}
