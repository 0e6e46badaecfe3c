// Every document of the mesh, by kind: who keeps it, whether it does what it says.
import { useState, type ReactNode } from "react";
import { Link } from "wouter";
import type { Resource, ResourceList } from "../../model/api/resource.ts";
import { refOfDocument } from "../../model/word/refs.ts";
import { faultsOf } from "../../status/conditions.ts";
import { listResources } from "../../cli/session/list-resources.ts";
import { gathered, taken, useGathered } from "../data/read.ts";
import { useMay } from "../data/session.tsx";
import { Ready } from "../part/ready.tsx";
import { LinkButton } from "../part/button.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable, type Column } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { FormField } from "../part/form-field.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { Screen } from "../part/screen.tsx";
import { When } from "../part/when.tsx";
import { rawPath } from "../../model/word/screen-paths.ts";

const columns: readonly Column<Resource>[] = [
  {
    head: "State",
    cell: ({ status }) => {
      const [fault] = faultsOf(status);
      return fault === undefined ? (
        <HealthBadge word="healthy">accepted</HealthBadge>
      ) : (
        <>
          <HealthBadge word="degraded">{fault.reason}</HealthBadge> {fault.message}
        </>
      );
    },
    sort: ({ status }) => faultsOf(status).length,
  },
  { head: "Kind", cell: ({ kind }) => kind, sort: ({ kind }) => kind },
  {
    head: "Document",
    cell: (one) => <Link href={rawPath(refOfDocument(one))}>{`${one.metadata.namespace}/${one.metadata.name}`}</Link>,
    sort: (one) => `${one.metadata.namespace}/${one.metadata.name}`,
  },
  {
    head: "Kept by",
    cell: ({ metadata }) => `${metadata.manager}${metadata.applySet === null ? "" : ` (set ${metadata.applySet})`}`,
    sort: ({ metadata }) => metadata.manager,
  },
  {
    head: "Last change",
    cell: ({ metadata }) => (
      <>
        <When time={metadata.updatedAt} /> by {metadata.updatedBy}
      </>
    ),
    sort: ({ metadata }) => metadata.updatedAt,
  },
];

const allDocuments = gathered<ResourceList>("resources", async (client) => taken(await listResources(client, {})));

export function PoliciesScreen(): ReactNode {
  const read = useGathered(allDocuments);
  const may = useMay("operator");
  return (
    <Screen
      title="Policies"
      at={read.dataUpdatedAt}
      acts={may ? <LinkButton to="/policies/new">Write documents</LinkButton> : null}
    >
      <Ready read={read}>{({ items }) => <Documents items={items} />}</Ready>
      <SameInTerminal lines={["selvage get all -A", "selvage export > mesh.yaml"]} />
    </Screen>
  );
}

function Documents({ items }: { readonly items: readonly Resource[] }): ReactNode {
  const [kind, setKind] = useState("");
  const kinds = ["", ...[...new Set(items.map((one) => one.kind))].toSorted()];
  if (items.length === 0) {
    return <Empty cause="There is no document yet, or none that you may see." command="selvage apply -f mesh.yaml" />;
  }
  return (
    <>
      <FormField label="Kind" value={kind} options={kinds} none="every kind" onChange={setKind} />
      <DataTable
        caption="Documents"
        columns={columns}
        rows={kind === "" ? items : items.filter((one) => one.kind === kind)}
        keyOf={refOfDocument}
        textOf={(one) =>
          `${refOfDocument(one)} ${one.metadata.manager} ${Object.values(one.metadata.labels).join(" ")}`
        }
      />
    </>
  );
}
