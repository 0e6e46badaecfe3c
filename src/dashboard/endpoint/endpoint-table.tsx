// Endpoints with what is known of their health, and the lever that takes one out of service.
import { useState, type ReactNode } from "react";
import { Link } from "wouter";
import type { EndpointState } from "../../model/api/endpoints.ts";
import { endpointKey } from "../../model/word/refs.ts";
import { api } from "../data/api.ts";
import { useMeshStatus } from "../data/mesh-status.ts";
import { useMay } from "../data/session.tsx";
import { tell } from "../data/told.ts";
import { Button } from "../part/button.tsx";
import { DataTable, type Column } from "../part/data-table.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { When } from "../part/when.tsx";
import { WriteDialog } from "../part/write-dialog.tsx";
import { selvageLine } from "../word/command.ts";
import { leftOutOf } from "./left-out.ts";
import { healthOfEndpoint } from "../../verdict/health.ts";

export function EndpointTable({ endpoints }: { readonly endpoints: readonly EndpointState[] }): ReactNode {
  const may = useMay("operator");
  const [draining, setDraining] = useState<EndpointState | null>(null);
  const breakers = useMeshStatus().data?.runtime.breakers;
  const leftOut = leftOutOf(breakers?.ok === true ? breakers.value.items : [], Date.now());
  const columns: readonly Column<EndpointState>[] = [
    {
      head: "State",
      cell: (one) => {
        const out = one.health === "unhealthy" ? undefined : leftOut.get(endpointKey(one));
        return out === undefined ? (
          <HealthBadge word={healthOfEndpoint(one.health)} />
        ) : (
          <>
            <HealthBadge word="degraded">{out.word}</HealthBadge>
            {out.until === null ? null : (
              <>
                {" "}
                tried again <When time={out.until} />
              </>
            )}
          </>
        );
      },
      sort: (one) => (leftOut.has(endpointKey(one)) ? "left out" : one.health),
    },
    {
      head: "Service",
      cell: (one) => (
        <Link
          href={`/services/${one.namespace}/${one.service}?tab=endpoints`}
        >{`${one.namespace}/${one.service}`}</Link>
      ),
      sort: (one) => `${one.namespace}/${one.service}`,
    },
    {
      head: "Endpoint",
      cell: (one) => <span className="mono">{one.url ?? one.binding ?? one.id}</span>,
      sort: (one) => one.id,
    },
    { head: "Version", cell: (one) => one.version ?? "none", sort: (one) => one.version ?? "" },
    { head: "Cluster", cell: (one) => one.cluster, sort: (one) => one.cluster },
    { head: "Weight", number: true, cell: (one) => one.weight, sort: (one) => one.weight },
    {
      head: "Known from",
      cell: (one) => (
        <>
          {one.healthFrom ?? "nobody"}
          {one.healthSince === null ? null : (
            <>
              {" "}
              since <When time={one.healthSince} />
            </>
          )}
          {one.healthCause === null ? null : <p>{one.healthCause}</p>}
        </>
      ),
    },
    {
      head: "Do",
      cell: (one) =>
        may && one.source === "dynamic" && !one.draining ? (
          <Button small label={`Drain ${one.id} of ${one.service}`} onPress={() => setDraining(one)}>
            Drain…
          </Button>
        ) : (
          <span className="quiet">{one.source === "static" ? "in its document" : one.draining ? "draining" : "–"}</span>
        ),
    },
  ];
  return (
    <>
      <DataTable
        caption="Endpoints"
        columns={columns}
        rows={endpoints}
        keyOf={(one) => `${one.namespace}/${one.service}/${one.id}`}
        textOf={(one) =>
          `${one.namespace}/${one.service} ${one.url ?? ""} ${one.id} ${one.cluster} ${one.version ?? ""}`
        }
      />
      {draining === null ? null : <DrainDialog endpoint={draining} onClose={() => setDraining(null)} />}
    </>
  );
}

function DrainDialog({
  endpoint,
  onClose,
}: {
  readonly endpoint: EndpointState;
  readonly onClose: () => void;
}): ReactNode {
  const { namespace, service, id } = endpoint;
  const path = `/namespaces/${encodeURIComponent(namespace)}/services/${encodeURIComponent(service)}/endpoints/${encodeURIComponent(id)}/drain`;
  return (
    <WriteDialog
      title={`Drain ${id}`}
      act="Drain"
      command={() => selvageLine(["endpoint", "drain", service, id], namespace)}
      write={() => api.call("POST", path)}
      onDone={() => tell(`${id} gets no new requests. Registering it again ends the drain.`)}
      onClose={onClose}
    >
      <p>
        {endpoint.url ?? endpoint.binding} of {namespace}/{service} gets no new requests; those on their way end. It
        stays registered, and comes back when it is registered again.
      </p>
    </WriteDialog>
  );
}
