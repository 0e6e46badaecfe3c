// Requests that the mesh kept, newest first: all that were refused, failed or were slow, and a share of the others. Not
// every request: what the numbers of Now and Services count, this only shows examples of.
import type { ReactNode } from "react";
import { Link, useSearchParams } from "wouter";
import type { ReceiptList, ReceiptShown } from "../../model/api/requests.ts";
import { useRead } from "../data/read.ts";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable, type Column } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { FormField } from "../part/form-field.tsx";
import { HealthBadge } from "../part/health-badge.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";
import { When } from "../part/when.tsx";
import { msText } from "../word/number.ts";
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

export function WatchScreen(): ReactNode {
  const [query, setQuery] = useSearchParams();
  const least = query.get("status") === "500" ? "500" : query.get("status") === "400" ? "400" : "";
  const service = query.get("service") ?? "";
  const read = useRead<ReceiptList>("/requests", {
    limit: 100,
    status: least === "" ? undefined : Number(least),
    service: /^[^/]+\/[^/]+$/.test(service) ? service : undefined,
  });
  const change = (name: string, value: string): void => {
    const next = new URLSearchParams(query);
    if (value === "") {
      next.delete(name);
    } else {
      next.set(name, value);
    }
    setQuery(next, { replace: true });
  };
  return (
    <Screen title="Watch" at={read.dataUpdatedAt} span="kept requests, not all of them">
      <div className="fields">
        <FormField
          label="Status at least"
          value={least}
          options={["", "400", "500"]}
          none="any"
          onChange={(text) => change("status", text)}
        />
        <FormField
          label="Service"
          value={service}
          onChange={(text) => change("service", text)}
          hint="namespace/name; empty: all."
        />
      </div>
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
                keyOf={(one) => one.requestId}
                textOf={(one) =>
                  `${one.method} ${one.host}${one.path} ${one.service} ${one.caller} ${one.decision} ${one.code ?? ""} ${one.requestId}`
                }
              />
            )}
          </>
        )}
      </Ready>
      <SameInTerminal lines={["selvage up --log requests"]} />
    </Screen>
  );
}
