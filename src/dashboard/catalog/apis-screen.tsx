// The catalogue: every service as something to use, found by what it is for.
import type { ReactNode } from "react";
import { useState } from "react";
import { Link } from "wouter";
import type { Catalog, CatalogService } from "../../model/api/endpoints.ts";
import { useRead } from "../data/read.ts";
import { Ready } from "../part/ready.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { Empty } from "../part/empty.tsx";
import { Screen } from "../part/screen.tsx";
import { SearchField } from "../part/search-field.tsx";
import { matching } from "../word/matching.ts";

const MOST = 200;

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
  const [typed, setTyped] = useState(() => new URLSearchParams(window.location.search).get("q") ?? "");
  const found = matching(
    items,
    typed,
    (one) =>
      `${one.namespace}/${one.name} ${one.owner ?? ""} ${one.description ?? ""} ${Object.values(one.labels).join(" ")}`,
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
      <SearchField name="q" typed={typed} onType={setTyped} label="Search the catalogue" />
      <p role="status">
        {found.length} of {items.length} APIs
      </p>
      <ul className="cards">
        {found.slice(0, MOST).map((one) => (
          <li key={`${one.namespace}/${one.name}`} className="card">
            <h2>
              <Link href={`/apis/${one.namespace}/${one.name}`}>{`${one.namespace}/${one.name}`}</Link>
            </h2>
            <p>{one.description ?? <span className="quiet">Its Service has no description.</span>}</p>
            <p className="quiet">
              {one.owner ?? "nobody named as owner"} · {one.exposure} · {standingOf(one)}
            </p>
          </li>
        ))}
      </ul>
      {found.length > MOST ? <p>The first {MOST} are shown; search for the others.</p> : null}
    </>
  );
}

/** For consumers, what they may do with it; for operators, what there is of it. */
function standingOf({ contracts, openapi, versions }: CatalogService): string {
  if (contracts !== undefined) {
    return contracts.map(({ application, tier }) => `${application} has ${tier}`).join(", ") || "no contract yet";
  }
  const running = versions.map(({ version }) => version ?? "no version").join(", ") || "no endpoint";
  return `${openapi === null ? "no OpenAPI" : "OpenAPI"} · ${running}`;
}
