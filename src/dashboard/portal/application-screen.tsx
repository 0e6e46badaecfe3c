// One's own application: its keys, what it may use, and how much of it is used. The same parts as operators see.
import type { ReactNode } from "react";
import { Link, useParams } from "wouter";
import type { ContractList } from "../../model/api/clients.ts";
import type { LimitList } from "../../model/api/limits.ts";
import type { Resource } from "../../model/api/resource.ts";
import { contractWords } from "../client/contract-acts.tsx";
import { CredentialsCard } from "../client/credentials-card.tsx";
import { useRead } from "../data/read.ts";
import { DataTable } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";
import { Tabs, useTab } from "../part/tabs.tsx";
import { UseBars } from "../part/use-bars.tsx";
import { When } from "../part/when.tsx";
import { refusals } from "./refusals.ts";

const tabs = ["access", "keys", "use", "refusals"] as const;

export function ApplicationScreen(): ReactNode {
  const { ns = "", name = "" } = useParams();
  const key = `${ns}/${name}`;
  const tab = useTab(tabs);
  const contracts = useRead<ContractList>(tab === "access" ? "/contracts" : null);
  const limits = useRead<LimitList>(tab === "use" ? "/limits" : null, { limit: 1000 });
  // What is not there, or not theirs, is not empty.
  const own = useRead<Resource>(`/namespaces/${encodeURIComponent(ns)}/application/${encodeURIComponent(name)}`);
  return (
    <Screen title={key} at={own.data !== undefined && tab === "use" ? limits.dataUpdatedAt : contracts.dataUpdatedAt}>
      <Tabs names={tabs} base={`/applications/${key}`} current={tab} />
      <Ready read={own}>{() => null}</Ready>
      {own.data === undefined ? null : tab === "access" ? (
        <Ready read={contracts}>
          {({ items }) => {
            const theirs = items.filter(({ application }) => application === key);
            return theirs.length === 0 ? (
              <Empty cause="It may use nothing by contract yet.">
                <Link href="/apis">Find an API and ask for access</Link>
              </Empty>
            ) : (
              <DataTable
                caption="What it may use"
                rows={theirs}
                keyOf={(one) => `${one.namespace}/${one.name}`}
                columns={[
                  {
                    head: "State",
                    cell: (one) => <HealthBadge word={contractWords[one.state]}>{one.state}</HealthBadge>,
                  },
                  { head: "API", cell: (one) => <Link href={`/apis/${one.service}?tab=access`}>{one.service}</Link> },
                  { head: "Tier", cell: (one) => one.tier },
                  { head: "Since", cell: (one) => <When time={one.since} /> },
                  { head: "In force", cell: (one) => `${one.inForce ? "yes" : "no"}: ${one.message}` },
                  { head: "Why", cell: (one) => one.reason ?? "–" },
                ]}
              />
            );
          }}
        </Ready>
      ) : null}
      {own.data !== undefined && tab === "keys" ? <CredentialsCard namespace={ns} name={name} /> : null}
      {own.data !== undefined && tab === "use" ? (
        <Ready read={limits}>
          {({ items }) => <UseBars items={items.filter(({ application }) => application === key)} />}
        </Ready>
      ) : null}
      {tab === "refusals" ? (
        <DataTable
          caption="What a refusal means"
          rows={refusals}
          keyOf={({ code }) => code}
          columns={[
            { head: "Status", cell: ({ status }) => status },
            { head: "Code", cell: ({ code }) => <a href={`/_selvage/problems/${code}`}>{code}</a> },
            { head: "Means", cell: ({ means }) => means },
            { head: "Do", cell: ({ act }) => act },
          ]}
        />
      ) : null}
    </Screen>
  );
}
