// Requests that the mesh kept, newest first: all that were refused, failed or were slow, and a share of the others. Not
// every request: what the numbers of Now and Services count, this only shows examples of.
import type { ReactNode } from "react";
import { Link, useSearchParams } from "wouter";
import type { ReceiptList, ReceiptShown } from "../../model/api/requests.ts";
import { useRead } from "../data/read.ts";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable, type Column } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { Ready } from "../part/ready.tsx";
import { When } from "../part/when.tsx";
import { msText } from "../word/number.ts";
import { filterOf } from "./tail-filter.ts";
import { statusHealth } from "./status-health.ts";

const columns: readonly Column<ReceiptShown>[] = [
  { head: "When", cell: (one) => <When time={one.at} />, sort: (one) => one.at },
  {
    head: "Status",
    cell: (one) => <HealthBadge word={statusHealth(one.status)}>{one.status}</HealthBadge>,
    sort: (one) => one.status,
  },
  {
    head: "Request",
    cell: (one) => (
      <Link href={`/requests/${encodeURIComponent(one.requestId)}`}>
        <span className="mono">{`${one.method} ${one.host}${one.path}`}</span>
      </Link>
    ),
    sort: (one) => one.path,
    name: true,
  },
  {
    head: "Service",
    cell: (one) => (one.service === "" ? "none" : `${one.service} ${one.version ?? ""}`),
    sort: (one) => one.service,
  },
  { head: "Caller", cell: (one) => one.caller, sort: (one) => one.caller },
  {
    head: "Decided by",
    cell: (one) => `${one.decision}${one.code === null ? "" : ` ${one.code}`}`,
    sort: (one) => one.decision,
  },
  { head: "Took", number: true, cell: (one) => msText(one.tookMs), sort: (one) => one.tookMs },
  { head: "Kept for", cell: (one) => one.keptFor, sort: (one) => one.keptFor },
  { head: "Trace", cell: (one) => <Link href={`/traces/${one.traceId}`}>{one.traceId.slice(0, 8)}</Link> },
];

export function KeptRequests(): ReactNode {
  const [query] = useSearchParams();
  const { namespace, service, status } = filterOf(query);
  const read = useRead<ReceiptList>("/requests", {
    limit: 100,
    ...(namespace === "" ? {} : { namespace }),
    ...(service === "" ? {} : { service }),
    ...(status === "" ? {} : { status }),
  });
  return (
    <>
      <Ready read={read}>
        {({ items, dropped }) => (
          <>
            {dropped === 0 ? null : (
              <p className="alert degraded">{dropped} more were to be kept and were not: there were too many.</p>
            )}
            {items.length === 0 ? (
              <Empty
                cause="No request was kept: there was none, none that fits, or none that was refused, failed or slow. Of the others a share is kept."
                command={`curl -i ${location.origin}/svc/storefront/`}
              />
            ) : (
              <DataTable
                caption="Kept requests"
                columns={columns}
                rows={items}
                keyOf={({ traceId, requestId, at }) => `${traceId} ${requestId} ${at}`}
                textOf={(one) =>
                  `${one.method} ${one.host}${one.path} ${one.service} ${one.caller} ${one.decision} ${one.code ?? ""} ${one.requestId}`
                }
              />
            )}
          </>
        )}
      </Ready>
      <SameInTerminal lines={["selvage get requests"]} />
    </>
  );
}
