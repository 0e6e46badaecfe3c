// Every service: its state, who answers for it, and what answers.
import type { ReactNode } from "react";
import { Link } from "wouter";
import { refOf } from "../../model/word/refs.ts";
import type { CatalogService } from "../../model/api/endpoints.ts";
import { useMeshStatus, type StatusRead } from "../data/mesh-status.ts";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable, type Column } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";
import { useStats } from "../data/signals.ts";
import { WindowNote } from "../signal/window-note.tsx";
import { msText, percentText, rateText } from "../word/number.ts";
import { healthByRef } from "../../verdict/health.ts";

export function ServicesScreen(): ReactNode {
  const read = useMeshStatus();
  return (
    <Screen title="Services" at={read.dataUpdatedAt}>
      <Ready read={read}>{(value) => <List read={value} />}</Ready>
    </Screen>
  );
}

const none = { perSecond: 0, errorPercent: 0, p95Ms: null };

function List({ read: { mesh, status } }: { readonly read: StatusRead }): ReactNode {
  const stats = useStats();
  const counted = new Map(stats.data?.services.map((one) => [`${one.namespace}/${one.name}`, one.signals]));
  const signalsOf = (one: CatalogService) => counted.get(`${one.namespace}/${one.name}`) ?? none;
  const services = mesh.catalog.ok ? mesh.catalog.value.items : [];
  if (services.length === 0) {
    return (
      <Empty
        cause="No service is registered, or none is in a namespace that you may see."
        command="selvage apply -f mesh.yaml"
      />
    );
  }
  const healthOf = healthByRef(status);
  const stateOf = (one: CatalogService) => healthOf(refOf("Service", one.namespace, one.name));
  const columns: readonly Column<CatalogService>[] = [
    { head: "State", cell: (one) => <HealthBadge word={stateOf(one)} />, sort: stateOf },
    {
      head: "Service",
      cell: (one) => <Link href={`/services/${one.namespace}/${one.name}`}>{`${one.namespace}/${one.name}`}</Link>,
      sort: (one) => `${one.namespace}/${one.name}`,
      name: true,
    },
    {
      head: "Rate",
      number: true,
      cell: (one) => rateText(signalsOf(one).perSecond),
      sort: (one) => signalsOf(one).perSecond,
    },
    {
      head: "Errors",
      number: true,
      cell: (one) => percentText(signalsOf(one).errorPercent),
      sort: (one) => signalsOf(one).errorPercent,
    },
    {
      head: "p95",
      number: true,
      cell: (one) => msText(signalsOf(one).p95Ms),
      sort: (one) => signalsOf(one).p95Ms ?? 0,
    },
    {
      head: "Versions",
      cell: (one) => one.versions.map(({ version, endpoints }) => `${version ?? "none"} (${endpoints})`).join(", "),
    },
    {
      head: "Endpoints",
      number: true,
      cell: (one) => `${one.endpoints.filter(({ health }) => health !== "unhealthy").length}/${one.endpoints.length}`,
      sort: (one) => one.endpoints.length,
    },
    { head: "Owner", cell: (one) => one.owner ?? "–", sort: (one) => one.owner ?? "" },
  ];
  return (
    <>
      <p className="quiet">
        <WindowNote window={stats.data?.window} />
      </p>
      <DataTable
        caption="Services"
        columns={columns}
        rows={services}
        keyOf={(one) => `${one.namespace}/${one.name}`}
        textOf={(one) => `${one.namespace}/${one.name} ${one.owner ?? ""} ${one.description ?? ""}`}
      />
      <SameInTerminal lines={["selvage get services -A -o wide"]} />
    </>
  );
}
