// A service's golden signals: now against the window before, over time, and by version, route, caller and ending.
import type { ReactNode } from "react";
import type { CatalogService } from "../../model/api/endpoints.ts";
import { useStats } from "../data/signals.ts";
import { lengthText } from "../../verdict/verdict.ts";
import { DataTable } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { Ready } from "../part/ready.tsx";
import { GoldenCharts } from "../signal/golden-charts.tsx";
import { PartsTable } from "../signal/parts-table.tsx";
import { SignalLine } from "../signal/signal-line.tsx";
import { WindowNote } from "../signal/window-note.tsx";
import { countText } from "../word/number.ts";

export function ServiceSignalsTab({
  service: { namespace, name, addresses },
}: {
  readonly service: CatalogService;
}): ReactNode {
  const read = useStats(`${namespace}/${name}`);
  return (
    <Ready read={read}>
      {({ services, window, stepSeconds, detail }) => {
        const [one] = services;
        if (one === undefined || (one.signals.requests === 0 && one.before.requests === 0)) {
          return (
            <Empty
              cause={`Nothing called it in this window or the one before (${lengthText(window)}).`}
              command={`curl -i ${location.origin}${addresses[0] ?? "/"}`}
            />
          );
        }
        return (
          <>
            <p className="quiet">
              <WindowNote window={window} />
            </p>
            {window.partial ? (
              <p className="alert degraded">Not everyone who counts could be asked: numbers are too low.</p>
            ) : null}
            <SignalLine now={one.signals} before={one.before} />
            <GoldenCharts series={one.series} stepSeconds={stepSeconds} window={window} />
            <PartsTable caption="Versions" parts={one.versions} />
            {detail === null ? null : (
              <>
                <PartsTable caption="Routes" parts={detail.routes} />
                <PartsTable caption="Callers" parts={detail.callers} />
                <PartsTable caption="Endpoints" parts={detail.endpoints} />
                <DataTable
                  caption="How requests ended"
                  rows={detail.endings}
                  keyOf={({ status, decision, policy }) => `${status} ${decision} ${policy ?? ""}`}
                  columns={[
                    { head: "Status", number: true, cell: ({ status }) => status, sort: ({ status }) => status },
                    { head: "Decided by", cell: ({ decision }) => decision, sort: ({ decision }) => decision },
                    { head: "Policy", cell: ({ policy }) => policy ?? "–" },
                    {
                      head: "Requests",
                      number: true,
                      cell: ({ requests }) => countText(requests),
                      sort: ({ requests }) => requests,
                    },
                  ]}
                />
              </>
            )}
          </>
        );
      }}
    </Ready>
  );
}
