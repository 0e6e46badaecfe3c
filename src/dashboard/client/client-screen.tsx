// One application: its credentials, its contracts, its use of limits.
import type { ReactNode } from "react";
import { Link, useParams } from "wouter";
import type { ContractList } from "../../model/api/clients.ts";
import type { LimitList } from "../../model/api/limits.ts";
import type { Resource } from "../../model/api/resource.ts";
import { refOf } from "../../model/word/refs.ts";
import { useRead } from "../data/read.ts";
import { Ready } from "../part/ready.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { Facts } from "../part/facts.tsx";
import { Screen } from "../part/screen.tsx";
import { Tabs, useTab } from "../part/tabs.tsx";
import { UseBars } from "../part/use-bars.tsx";
import { selvageLine } from "../word/command.ts";
import { rawPath } from "../../model/word/screen-paths.ts";
import { ContractTable } from "./clients-screen.tsx";
import { CredentialsCard } from "./credentials-card.tsx";

const tabs = ["credentials", "contracts", "use"] as const;

export function ClientScreen(): ReactNode {
  const { ns = "", name = "" } = useParams();
  const key = `${ns}/${name}`;
  const tab = useTab(tabs);
  const read = useRead<Resource>(`/namespaces/${encodeURIComponent(ns)}/application/${encodeURIComponent(name)}`);
  const contracts = useRead<ContractList>(tab === "contracts" ? "/contracts" : null);
  const limits = useRead<LimitList>(tab === "use" ? "/limits" : null, { limit: 1000 });
  return (
    <Screen
      title={key}
      at={read.dataUpdatedAt}
      acts={
        read.data === undefined ? null : <Link href={rawPath(refOf("Application", ns, name))}>Edit its document</Link>
      }
    >
      <Ready read={read}>
        {({ spec, metadata }) => (
          <Facts
            rows={[
              ["Owner", String(spec.owner ?? "")],
              ["About", String(spec.description ?? "")],
              ["Kept by", metadata.manager],
            ]}
          />
        )}
      </Ready>
      <Tabs names={tabs} base={`/clients/${key}`} current={tab} />
      {tab === "credentials" ? <CredentialsCard namespace={ns} name={name} /> : null}
      {tab === "contracts" ? (
        <Ready read={contracts}>
          {({ items }) => <ContractTable items={items.filter(({ application }) => application === key)} />}
        </Ready>
      ) : null}
      {tab === "use" ? (
        <Ready read={limits}>
          {({ items }) => <UseBars items={items.filter(({ application }) => application === key)} />}
        </Ready>
      ) : null}
      <SameInTerminal
        lines={[selvageLine(["app", "credentials", name], ns), selvageLine(["app", "rotate", name], ns)]}
      />
    </Screen>
  );
}
