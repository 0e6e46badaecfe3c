// One Rollout: where it stands, what speaks for and against its step, how the versions do, what was decided, and the
// levers. What may not be done now, or by the reader, is not offered.
import type { ReactNode } from "react";
import type { RolloutStatus } from "../../model/api/rollouts.ts";
import { refOf } from "../../model/word/refs.ts";
import { useMay } from "../data/session.tsx";
import { Button } from "../part/button.tsx";
import { DataTable } from "../part/data-table.tsx";
import { HealthBadge, RefLink } from "../part/drawn.tsx";
import { When } from "../part/when.tsx";
import { LineChart } from "../signal/line-chart.tsx";
import { countText, msText, percentText } from "../word/number.ts";
import { oddsText, ordersOf, orderWords, phaseHealth, stepWords, verdictHealth, type Verb } from "./rollout-words.ts";

interface RolloutCardProps {
  readonly rollout: RolloutStatus;
  readonly onOrder: (verb: Verb, full: boolean) => void;
}

export function RolloutCard({ rollout, onOrder }: RolloutCardProps): ReactNode {
  const { namespace, name, service, phase, stable, canary, odds, alarm, known } = rollout;
  const may = useMay("operator", namespace);
  return (
    <>
      <h2>
        <RefLink reference={refOf("Rollout", namespace, name)} bare />{" "}
        <HealthBadge word={phaseHealth(phase)}>{phase ?? "unknown"}</HealthBadge>
      </h2>
      {known ? null : <p>Its controller cannot be asked: isolates deal by the weight that they last heard.</p>}
      <p>
        {canary.version} of <RefLink reference={refOf("Service", namespace, service)} bare />, for {rollout.weight} %;
        everybody else has {stable.version}. Odds against it: {oddsText(odds)} of {oddsText(alarm)}.
      </p>
      <ol className="row" aria-label="Steps">
        {rollout.steps.map((step, index) => (
          <li key={step.weight} aria-current={index + 1 === rollout.step ? "step" : undefined}>
            {stepWords(rollout, index)}
          </li>
        ))}
      </ol>
      {may && known ? (
        <div className="row">
          {ordersOf(rollout).map(({ verb, full, isMain, isDanger }) => (
            <Button
              key={`${verb} ${full}`}
              look={isDanger ? "danger" : isMain ? "main" : "plain"}
              label={`${orderWords(verb, full)} ${namespace}/${name}`}
              onPress={() => onOrder(verb, full)}
            >
              {orderWords(verb, full)}…
            </Button>
          ))}
        </div>
      ) : null}
      <DataTable
        caption="Versions in this step"
        rows={[stable, canary]}
        keyOf={({ version }) => version}
        columns={[
          { head: "Version", cell: ({ version }) => version, name: true },
          { head: "Requests", number: true, cell: ({ requests }) => countText(requests) },
          { head: "Failed", number: true, cell: ({ failed }) => countText(failed) },
          {
            head: "Errors",
            number: true,
            cell: ({ requests, failed }) => (requests === 0 ? "–" : percentText((100 * failed) / requests)),
          },
          { head: "p99", number: true, cell: ({ p99Ms }) => msText(p99Ms) },
        ]}
      />
      <Evidence rollout={rollout} />
    </>
  );
}

function Evidence({ rollout: { guards, looks, turns } }: Pick<RolloutCardProps, "rollout">): ReactNode {
  const share = (failed: number, all: number): number | null => (all === 0 ? null : (100 * failed) / all);
  return (
    <>
      {guards.length === 0 ? null : (
        <DataTable
          caption="What speaks for and against the step"
          rows={guards}
          keyOf={({ name }) => name}
          columns={[
            { head: "Guard", cell: ({ name }) => name, name: true },
            {
              head: "Verdict",
              cell: ({ verdict }) => <HealthBadge word={verdictHealth[verdict]}>{verdict}</HealthBadge>,
            },
            { head: "Why", cell: ({ says }) => says },
          ]}
        />
      )}
      {looks.length < 2 ? null : (
        <LineChart
          title="Errors in each interval"
          times={looks.map(({ at }) => at)}
          lines={[
            { name: "stable", values: looks.map((one) => share(one.stableFailed, one.stable)) },
            { name: "canary", values: looks.map((one) => share(one.canaryFailed, one.canary)) },
          ]}
          text={percentText}
        />
      )}
      <DataTable
        caption="What was decided"
        rows={turns.toReversed()}
        keyOf={({ at, phase, weight }) => `${at} ${phase} ${weight}`}
        columns={[
          { head: "When", cell: ({ at }) => <When time={at} /> },
          { head: "State", cell: ({ phase }) => phase },
          { head: "Weight", number: true, cell: ({ weight }) => `${weight} %` },
          { head: "By", cell: ({ actor }) => actor ?? "the controller" },
          { head: "Why", cell: ({ reason }) => reason },
        ]}
      />
    </>
  );
}
