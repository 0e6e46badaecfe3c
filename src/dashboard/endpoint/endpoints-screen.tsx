// Where services run: clusters with what is lost when one of them is, and every endpoint.
import type { ReactNode } from "react";
import type { Catalog, EndpointState } from "../../model/api/endpoints.ts";
import { useRead } from "../data/read.ts";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable, type Column } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";
import { EndpointTable } from "./endpoint-table.tsx";
import { clustersOf, type ClusterView } from "./clusters.ts";

export function EndpointsScreen(): ReactNode {
  const read = useRead<Catalog>("/catalog");
  return (
    <Screen title="Endpoints" at={read.dataUpdatedAt}>
      <Ready read={read}>{({ items }) => <Places endpoints={items.flatMap((one) => one.endpoints)} />}</Ready>
    </Screen>
  );
}

function Places({ endpoints }: { readonly endpoints: readonly EndpointState[] }): ReactNode {
  if (endpoints.length === 0) {
    return (
      <Empty
        cause="No service has an endpoint: none is written in a Service, and none has registered."
        command="selvage endpoint register orders orders-1 --url https://orders.example.com"
      />
    );
  }
  const columns: readonly Column<ClusterView>[] = [
    { head: "Cluster", cell: (one) => one.cluster, sort: (one) => one.cluster },
    { head: "Endpoints", number: true, cell: (one) => `${one.up}/${one.all} up`, sort: (one) => one.all },
    { head: "Services", number: true, cell: (one) => one.services, sort: (one) => one.services },
    {
      head: "If it is lost",
      cell: (one) =>
        one.lost.length === 0 ? "every service goes on elsewhere" : `without an endpoint: ${one.lost.join(", ")}`,
    },
  ];
  return (
    <>
      <h2>Clusters</h2>
      <DataTable caption="Clusters" columns={columns} rows={clustersOf(endpoints)} keyOf={(one) => one.cluster} />
      <h2>Endpoints</h2>
      <EndpointTable endpoints={endpoints} />
      <SameInTerminal lines={["selvage get endpoints -A -o wide", "selvage get clusters"]} />
    </>
  );
}
