// Traces that a kept request is part of.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { TraceList } from "../../model/api/requests.ts";
import { useRead } from "../data/read.ts";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";
import { When } from "../part/when.tsx";
import { curlLine } from "../word/command.ts";
import { msText } from "../word/number.ts";
import { statusHealth } from "../watch/status-health.ts";

export function TracesScreen(): ReactNode {
  const read = useRead<TraceList>("/traces", { limit: 100 });
  return (
    <Screen title="Traces" at={read.dataUpdatedAt} span="of kept requests">
      <Ready read={read}>
        {({ items, dropped }) => (
          <>
            {dropped === 0 ? null : (
              <p className="alert degraded">{dropped} more requests were to be kept and were not.</p>
            )}
            {items.length === 0 ? (
              <Empty
                cause="No trace was kept: there was no request, or none that was refused, failed, slow, or of the share that is kept."
                command={`curl -i ${location.origin}/svc/storefront/`}
              />
            ) : (
              <DataTable
                caption="Traces"
                rows={items}
                keyOf={({ traceId }) => traceId}
                textOf={({ traceId, name, service }) => `${traceId} ${name} ${service}`}
                columns={[
                  { head: "When", cell: ({ start }) => <When time={start} />, sort: ({ start }) => start },
                  {
                    head: "Status",
                    cell: ({ status }) => <HealthBadge word={statusHealth(status)}>{status}</HealthBadge>,
                    sort: ({ status }) => status,
                  },
                  {
                    head: "Trace",
                    cell: ({ traceId, name }) => (
                      <Link href={`/traces/${traceId}`}>{name === "" ? traceId : name}</Link>
                    ),
                    sort: ({ name }) => name,
                  },
                  {
                    head: "Service",
                    cell: ({ service }) => (service === "" ? "none" : service),
                    sort: ({ service }) => service,
                  },
                  { head: "Took", number: true, cell: ({ tookMs }) => msText(tookMs), sort: ({ tookMs }) => tookMs },
                  {
                    head: "Requests",
                    number: true,
                    cell: ({ requests }) => requests,
                    sort: ({ requests }) => requests,
                  },
                  { head: "Kept for", cell: ({ keptFor }) => keptFor, sort: ({ keptFor }) => keptFor },
                ]}
              />
            )}
          </>
        )}
      </Ready>
      <SameInTerminal lines={[curlLine(location.origin, "GET", "/traces")]} />
    </Screen>
  );
}
