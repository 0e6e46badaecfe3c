// Limits, nearest to exhaustion first, with a preview of other numbers; and breakers.
import { useState, type ReactNode } from "react";
import type { BreakerList as Breakers } from "../../model/api/breakers.ts";
import type { LimitList, LimitUseAnswer } from "../../model/api/limits.ts";
import { refOf } from "../../model/word/refs.ts";
import { keyText } from "../../status/key-text.ts";
import { useRead } from "../data/read.ts";
import { Button } from "../part/button.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable, type Column } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { HealthBadge, RefLink } from "../part/drawn.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";
import { Tabs, useTab } from "../part/tabs.tsx";
import { BreakerCards } from "./breaker-cards.tsx";
import { PreviewDialog } from "./preview-dialog.tsx";

const tabs = ["limits", "breakers"] as const;

export function LimitsScreen(): ReactNode {
  const tab = useTab(tabs);
  const limits = useRead<LimitList>(tab === "limits" ? "/limits" : null, { limit: 1000 });
  const breakers = useRead<Breakers>(tab === "breakers" ? "/breakers" : null);
  return (
    <Screen title="Limits & breakers" at={tab === "limits" ? limits.dataUpdatedAt : breakers.dataUpdatedAt}>
      <Tabs names={tabs} base="/limits" current={tab} />
      {tab === "limits" ? (
        <Ready read={limits}>{(value) => <Limits list={value} />}</Ready>
      ) : (
        <Ready read={breakers}>
          {({ items, more }) => (
            <>
              {more ? (
                <p className="alert degraded">More than 50 services have breakers; these are the first.</p>
              ) : null}
              <BreakerCards items={items} />
            </>
          )}
        </Ready>
      )}
      <SameInTerminal lines={["selvage limit get -A", "selvage breaker get -A"]} />
    </Screen>
  );
}

function Limits({ list: { items, unreachable } }: { readonly list: LimitList }): ReactNode {
  const [asked, setAsked] = useState<LimitUseAnswer | null>(null);
  const columns: readonly Column<LimitUseAnswer>[] = [
    {
      head: "State",
      cell: (one) => (
        <HealthBadge word={one.used >= one.capacity ? (one.shadow ? "notice" : "degraded") : "healthy"}>
          {one.used >= one.capacity ? "spent" : "free"}
        </HealthBadge>
      ),
      sort: (one) => one.used / one.capacity,
    },
    {
      head: "Limit",
      cell: (one) => (
        <>
          <RefLink reference={refOf(one.kind, one.namespace, one.policy)} /> {one.limit}
        </>
      ),
      sort: (one) => `${one.policy} ${one.limit}`,
    },
    { head: "Key", cell: (one) => <span className="mono">{keyText(one)}</span>, sort: keyText },
    {
      head: "Used",
      cell: (one) => (
        <>
          <meter
            min={0}
            max={one.capacity}
            value={Math.min(one.used, one.capacity)}
            aria-label={`used of ${one.capacity}`}
          />{" "}
          {one.used}/{one.capacity}
        </>
      ),
      sort: (one) => one.used / one.capacity,
    },
    { head: "Refused", number: true, cell: (one) => one.refused, sort: (one) => one.refused },
    {
      head: "Free again in",
      number: true,
      cell: (one) => `${Math.ceil(one.resetMs / 1000)} s`,
      sort: (one) => one.resetMs,
    },
    { head: "Mode", cell: (one) => `${one.mode ?? "gone"}${one.shadow ? ", shadow" : ""}` },
    {
      head: "Do",
      cell: (one) => (
        <Button small label={`What if ${one.limit} of ${one.policy}`} onPress={() => setAsked(one)}>
          What if…
        </Button>
      ),
    },
  ];
  return (
    <>
      {unreachable.length === 0 ? null : (
        <p className="alert degraded">Coordinators that do not answer: {unreachable.join(", ")}</p>
      )}
      {items.length === 0 ? (
        <Empty
          cause="No limit is used: there is no RateLimitPolicy or Tier, or nobody has made a request under one lately."
          command="selvage get ratelimitpolicies -A"
        />
      ) : (
        <DataTable
          caption="Use of limits, by key"
          columns={columns}
          rows={items}
          keyOf={(one) =>
            `${one.kind} ${one.namespace}/${one.policy} ${one.limit} ${String(one.overflow)} ${one.key.join(" ")}`
          }
          textOf={(one) => `${one.namespace}/${one.policy} ${one.limit} ${keyText(one)} ${one.application ?? ""}`}
        />
      )}
      {asked === null ? null : <PreviewDialog use={asked} onClose={() => setAsked(null)} />}
    </>
  );
}
