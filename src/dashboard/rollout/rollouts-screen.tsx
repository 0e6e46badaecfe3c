// How versions share a service's calls by the weights of routes, with how each of them does, and the levers: more,
// less, all, none. Nothing moves these weights by itself; those of Rollouts are on cards of their own.
import { useState, type ReactNode } from "react";
import { Link } from "wouter";
import type { RolloutList, RolloutStatus } from "../../model/api/rollouts.ts";
import type { ServiceSignals } from "../../model/api/signals.ts";
import { refOf } from "../../model/word/refs.ts";
import { useMeshStatus } from "../data/mesh-status.ts";
import { useRead } from "../data/read.ts";
import { useMay } from "../data/session.tsx";
import { useStats } from "../data/signals.ts";
import { Button } from "../part/button.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";
import { WindowNote } from "../signal/window-note.tsx";
import { msText, percentText, rateText } from "../word/number.ts";
import { rawPath } from "../../model/word/screen-paths.ts";
import { OrderDialog } from "./order-dialog.tsx";
import { RolloutCard } from "./rollout-card.tsx";
import type { Verb } from "./rollout-words.ts";
import { WeightDialog, type WeightChange } from "./weight-dialog.tsx";
import { splitsOf, type Split } from "./weights.ts";

interface Order {
  readonly rollout: RolloutStatus;
  readonly verb: Verb;
  readonly full: boolean;
}

export function RolloutsScreen(): ReactNode {
  const read = useMeshStatus();
  const stats = useStats();
  const rollouts = useRead<RolloutList>("/rollouts");
  const [change, setChange] = useState<WeightChange | null>(null);
  const [order, setOrder] = useState<Order | null>(null);
  return (
    <Screen title="Rollouts" at={read.dataUpdatedAt} span={<WindowNote window={stats.data?.window} />}>
      <p className="quiet">
        A Rollout moves its weight by itself. Where a route names versions, they share calls by its weights, which
        somebody moves: here, or by a pipeline.
      </p>
      <Ready read={rollouts}>
        {({ items }) => (
          <ul className="stack">
            {items.map((rollout) => (
              <li key={`${rollout.namespace}/${rollout.name}`} className="card">
                <RolloutCard rollout={rollout} onOrder={(verb, full) => setOrder({ rollout, verb, full })} />
              </li>
            ))}
          </ul>
        )}
      </Ready>
      <Ready read={read}>
        {({ mesh }) => {
          const splits = splitsOf(mesh.resources.ok ? mesh.resources.value.items : []);
          if (splits.length === 0 && (rollouts.data?.items.length ?? 0) > 0) {
            return null;
          }
          return splits.length === 0 ? (
            <Empty
              cause="There is no Rollout, and no route splits its calls between versions."
              command="selvage explain rollout.spec"
            />
          ) : (
            <ul className="stack">
              {splits.map((split) => (
                <li key={`${split.kind} ${split.namespace}/${split.name} ${split.rule}`} className="card">
                  <SplitCard split={split} services={stats.data?.services ?? []} onChange={setChange} />
                </li>
              ))}
            </ul>
          );
        }}
      </Ready>
      {change === null ? null : <WeightDialog change={change} onClose={() => setChange(null)} />}
      {order === null ? null : <OrderDialog {...order} onClose={() => setOrder(null)} />}
      <SameInTerminal
        lines={["selvage rollout get -A", "selvage get httproutes -A", "selvage top", "selvage history"]}
      />
    </Screen>
  );
}

interface SplitCardProps {
  readonly split: Split;
  readonly services: readonly ServiceSignals[];
  readonly onChange: (change: WeightChange) => void;
}

const STEPS = [0, 5, 25, 50, 100];

function SplitCard({ split, services, onChange }: SplitCardProps): ReactNode {
  const { kind, namespace, name, rule, ruleName, backends } = split;
  const may = useMay("operator", namespace);
  const sum = Math.max(
    1,
    backends.reduce((all, { weight }) => all + weight, 0),
  );
  const rows = backends.map((one, which) => {
    const service = services.find((each) => each.namespace === one.namespace && each.name === one.service);
    const signals = service?.versions.find((each) => each.name === one.version)?.signals ?? null;
    const percent = Math.round((one.weight / sum) * 100);
    return Object.assign({}, one, { which, signals, percent, label: one.version ?? `${one.namespace}/${one.service}` });
  });
  return (
    <>
      <h2>
        <Link href={rawPath(refOf(kind, namespace, name))}>{`${namespace}/${name}`}</Link>{" "}
        <span className="quiet">rule {ruleName ?? rule + 1}</span>
      </h2>
      <DataTable
        caption="Shares"
        rows={rows}
        keyOf={({ which }) => String(which)}
        columns={[
          { head: "Version", cell: ({ label }) => label },
          {
            head: "Share",
            cell: ({ percent, label }) => (
              <>
                <meter min={0} max={100} value={percent} aria-label={`${label}: ${percent} %`} /> {percent} %
              </>
            ),
          },
          { head: "Rate", number: true, cell: ({ signals }) => (signals === null ? "–" : rateText(signals.perSecond)) },
          {
            head: "Errors",
            number: true,
            cell: ({ signals }) => (signals === null ? "–" : percentText(signals.errorPercent)),
          },
          { head: "p95", number: true, cell: ({ signals }) => msText(signals?.p95Ms ?? null) },
          {
            head: "Send it",
            cell: ({ which, percent, label }) =>
              may ? (
                <span className="row">
                  {STEPS.filter((step) => step !== percent).map((step) => (
                    <Button
                      key={step}
                      small
                      look={step === 0 ? "danger" : "plain"}
                      label={`Send ${step} % of ${name} to ${label}`}
                      onPress={() => onChange({ split, which, percent: step })}
                    >
                      {step === 0 ? "None" : step === 100 ? "All" : `${step} %`}
                    </Button>
                  ))}
                </span>
              ) : (
                "–"
              ),
          },
        ]}
      />
    </>
  );
}
