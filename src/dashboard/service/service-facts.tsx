// What a service says of itself, and how many of each version answer.
import type { ReactNode } from "react";
import type { CatalogService } from "../../model/api/endpoints.ts";
import { Facts } from "../part/facts.tsx";
import { safeLink } from "../word/safe-link.ts";
import { DataTable } from "../part/data-table.tsx";

export function ServiceFacts({ service }: { readonly service: CatalogService }): ReactNode {
  const versions = service.versions.map(({ version }) => {
    const those = service.endpoints.filter((one) => one.version === version);
    return {
      version: version ?? "none",
      up: those.filter(({ health }) => health !== "unhealthy").length,
      all: those.length,
      weight: those.reduce((sum, { weight }) => sum + weight, 0),
    };
  });
  return (
    <>
      <Facts
        rows={[
          ["About", service.description],
          ["Owner", service.owner],
          ["Exposure", service.exposure],
          ["Addresses", service.addresses.map((one) => <code key={one}>{one} </code>)],
          ["Links", service.links.map((link, index) => <OutLink key={index} link={link} />)],
          [
            "Labels",
            Object.entries(service.labels)
              .map(([name, value]) => `${name}=${value}`)
              .join(", "),
          ],
        ]}
      />
      <DataTable
        caption="Versions"
        rows={versions}
        keyOf={(one) => one.version}
        columns={[
          { head: "Version", cell: (one) => one.version },
          { head: "Endpoints up", number: true, cell: (one) => `${one.up}/${one.all}` },
          { head: "Weight of endpoints", number: true, cell: (one) => one.weight },
        ]}
      />
    </>
  );
}

function OutLink({ link }: { readonly link: Readonly<Record<string, unknown>> }): ReactNode {
  const address = safeLink(link.url);
  const text = String(link.title ?? link.name ?? link.url ?? "link");
  return (
    <>
      {address === null ? (
        text
      ) : (
        <a href={address} rel="noreferrer noopener">
          {text}
        </a>
      )}{" "}
    </>
  );
}
