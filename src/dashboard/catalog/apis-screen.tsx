// The catalogue: every service as something to use, found by what it is for.
import { useMemo, type ReactNode } from "react";
import { Link } from "wouter";
import type { Catalog, CatalogService } from "../../model/api/endpoints.ts";
import { useRead } from "../data/read.ts";
import { Ready } from "../part/ready.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { Empty } from "../part/empty.tsx";
import { Screen } from "../part/screen.tsx";
import { SearchField } from "../part/search-field.tsx";
import { useSearch } from "../part/use-search.ts";

const MOST = 100;

/** In the portal it is the consumers' view: what the applications of the reader's namespaces may know of. */
export function ApisScreen({ isPortal }: { readonly isPortal: boolean }): ReactNode {
  const read = useRead<Catalog>("/catalog", isPortal ? { view: "consumers" } : {});
  return (
    <Screen title="APIs" at={read.dataUpdatedAt}>
      <Ready read={read}>{({ items }) => <ApiCards items={items} />}</Ready>
      <SameInTerminal lines={[isPortal ? "selvage catalog" : "selvage get services -A"]} />
    </Screen>
  );
}

function ApiCards({ items }: { readonly items: readonly CatalogService[] }): ReactNode {
  const { typed, onType, found } = useSearch(items, textOf, "q");
  // Drawn again only when others are found, not with each letter.
  const cards = useMemo(
    () => found.slice(0, MOST).map((one) => <ApiCard key={`${one.namespace}/${one.name}`} one={one} />),
    [found],
  );
  if (items.length === 0) {
    return (
      <Empty
        cause="The catalogue is empty: no service is registered, or none that you may see."
        command="selvage apply -f mesh.yaml"
      />
    );
  }
  return (
    <>
      <SearchField name="q" typed={typed} onType={onType} label="Search the catalogue" />
      <p role="status">
        {found.length} of {items.length} APIs
      </p>
      <ul className="cards">{cards}</ul>
      {found.length > MOST ? <p>The first {MOST} are shown; search for the others.</p> : null}
    </>
  );
}

const textOf = ({ namespace, name, owner, description, labels }: CatalogService): string =>
  `${namespace}/${name} ${owner ?? ""} ${description ?? ""} ${Object.values(labels).join(" ")}`;

const ApiCard = ({ one }: { readonly one: CatalogService }): ReactNode => (
  <li className="card">
    <h2>
      <Link href={`/apis/${one.namespace}/${one.name}`}>{`${one.namespace}/${one.name}`}</Link>
    </h2>
    <p>{one.description ?? <span className="quiet">Its Service has no description.</span>}</p>
    <p className="quiet">
      {one.owner ?? "nobody named as owner"} · {one.exposure} · {standingOf(one)}
    </p>
  </li>
);

/** For consumers, what they may do with it; for operators, what there is of it. */
function standingOf({ contracts, openapi, versions }: CatalogService): string {
  if (contracts !== undefined) {
    return contracts.map(({ application, tier }) => `${application} has ${tier}`).join(", ") || "no contract yet";
  }
  const running = versions.map(({ version }) => version ?? "no version").join(", ") || "no endpoint";
  return `${openapi === null ? "no OpenAPI" : "OpenAPI"} · ${running}`;
}
