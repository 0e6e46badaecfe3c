// The applications of whoever is signed in: those of the namespaces that they may see.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { ContractList } from "../../model/api/clients.ts";
import type { ResourceList } from "../../model/api/resource.ts";
import { contractWords } from "../client/contract-acts.tsx";
import { useRead } from "../data/read.ts";
import { Empty } from "../part/empty.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";

export function ApplicationsScreen(): ReactNode {
  const read = useRead<ResourceList>("/resources", { kind: "Application", limit: 500 });
  const contracts = useRead<ContractList>("/contracts");
  return (
    <Screen title="My applications" at={read.dataUpdatedAt}>
      <Ready read={read}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              cause="You have no application in a namespace that you may see. An operator makes one."
              command="selvage app create acme --owner you@example.com"
            />
          ) : (
            <ul className="cards">
              {items.map(({ metadata, spec }) => {
                const key = `${metadata.namespace}/${metadata.name}`;
                const own = contracts.data?.items.filter(({ application }) => application === key) ?? [];
                return (
                  <li key={key} className="card">
                    <h2>
                      <Link href={`/applications/${key}`}>{key}</Link>
                    </h2>
                    <p>{String(spec.description ?? "")}</p>
                    <ul>
                      {own.map((one) => (
                        <li key={`${one.namespace}/${one.name}`}>
                          <HealthBadge word={contractWords[one.state]}>{one.state}</HealthBadge>{" "}
                          <Link href={`/apis/${one.service}`}>{one.service}</Link>, tier {one.tier}
                        </li>
                      ))}
                      {own.length === 0 ? <li className="quiet">no contract yet</li> : null}
                    </ul>
                  </li>
                );
              })}
            </ul>
          )
        }
      </Ready>
    </Screen>
  );
}
