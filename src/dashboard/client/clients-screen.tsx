// The client side: applications, and what became of their contracts; those that wait for somebody first.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { ContractList, ContractViewAnswer } from "../../model/api/clients.ts";
import type { Resource, ResourceList } from "../../model/api/resource.ts";
import { refOf } from "../../model/word/refs.ts";
import { useRead } from "../data/read.ts";
import { Ready } from "../part/ready.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable, type Column } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { HealthBadge, RefLink } from "../part/drawn.tsx";
import { Screen } from "../part/screen.tsx";
import { Tabs, useTab } from "../part/tabs.tsx";
import { When } from "../part/when.tsx";
import { ContractButtons, contractWords } from "./contract-acts.tsx";

const tabs = ["contracts", "applications"] as const;

export function ClientsScreen(): ReactNode {
  const tab = useTab(tabs);
  const contracts = useRead<ContractList>("/contracts");
  const applications = useRead<ResourceList>("/resources", { kind: "Application", limit: 500 });
  return (
    <Screen title="Clients" at={contracts.dataUpdatedAt}>
      <Tabs names={tabs} base="/clients" current={tab} />
      {tab === "contracts" ? (
        <Ready read={contracts}>{({ items }) => <ContractTable items={items} />}</Ready>
      ) : (
        <Ready read={applications}>{({ items }) => <Applications items={items} />}</Ready>
      )}
      <SameInTerminal lines={["selvage contract ls -A", "selvage app ls -A"]} />
    </Screen>
  );
}

export function ContractTable({ items }: { readonly items: readonly ContractViewAnswer[] }): ReactNode {
  if (items.length === 0) {
    return (
      <Empty
        cause="No application has asked for a service. A contract says which application may use which service, in which tier."
        command="selvage contract request APPLICATION SERVICE TIER"
      />
    );
  }
  const columns: readonly Column<ContractViewAnswer>[] = [
    {
      head: "State",
      cell: (one) => <HealthBadge word={contractWords[one.state]}>{one.state}</HealthBadge>,
      sort: (one) => one.state,
    },
    {
      head: "Application",
      cell: (one) => <RefLink reference={`Application/${one.application}`} bare />,
      sort: (one) => one.application,
    },
    {
      head: "Service",
      cell: (one) => <RefLink reference={`Service/${one.service}`} bare />,
      sort: (one) => one.service,
    },
    { head: "Tier", cell: (one) => one.tier, sort: (one) => one.tier },
    {
      head: "Since",
      cell: (one) => (
        <>
          <When time={one.since} /> by {one.by}
          {one.reason === null ? "" : `: ${one.reason}`}
        </>
      ),
      sort: (one) => one.since,
    },
    { head: "In force", cell: (one) => `${one.inForce ? "yes" : "no"}: ${one.message}` },
    { head: "Decide", cell: (one) => <ContractButtons contract={one} /> },
  ];
  const pendingFirst = items.toSorted((a, b) => Number(b.state === "pending") - Number(a.state === "pending"));
  return (
    <DataTable
      caption="Contracts"
      columns={columns}
      rows={pendingFirst}
      keyOf={(one) => `${one.namespace}/${one.name}`}
      textOf={(one) => `${one.namespace}/${one.name} ${one.application} ${one.service} ${one.tier} ${one.state}`}
    />
  );
}

function Applications({ items }: { readonly items: readonly Resource[] }): ReactNode {
  if (items.length === 0) {
    return <Empty cause="There is no Application." command="selvage app create acme --owner acme@example.com" />;
  }
  return (
    <DataTable
      caption="Applications"
      rows={items}
      keyOf={({ metadata }) => `${metadata.namespace}/${metadata.name}`}
      textOf={({ metadata, spec }) =>
        `${metadata.namespace}/${metadata.name} ${String(spec.owner ?? "")} ${String(spec.description ?? "")}`
      }
      columns={[
        {
          head: "Application",
          cell: ({ metadata }) => <RefLink reference={refOf("Application", metadata.namespace, metadata.name)} bare />,
          sort: ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
        },
        { head: "Owner", cell: ({ spec }) => String(spec.owner ?? "–"), sort: ({ spec }) => String(spec.owner ?? "") },
        { head: "About", cell: ({ spec }) => String(spec.description ?? "–") },
        {
          head: "Credentials",
          cell: ({ metadata }) => (
            <Link href={`/clients/${metadata.namespace}/${metadata.name}`}>credentials of {metadata.name}</Link>
          ),
        },
      ]}
    />
  );
}
