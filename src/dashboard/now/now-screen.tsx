// The first screen: is something wrong, where, since when, what changed, and what can be done. The same words as
// `selvage status`, because both are made by the same code.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Revision } from "../../model/api/registry.ts";
import { useMeshStatus, type StatusRead } from "../data/mesh-status.ts";
import { CommandLine, CopyButton, SameInTerminal } from "../part/command-line.tsx";
import { HealthBadge } from "../part/health-badge.tsx";
import { Ready } from "../part/ready.tsx";
import { RefLink } from "../part/ref-link.tsx";
import { Screen } from "../part/screen.tsx";
import { When } from "../part/when.tsx";
import type { Trouble } from "../../status/trouble.ts";
import { healthWordOf } from "../word/health.ts";
import { useStats } from "../data/signals.ts";
import { GoldenCharts } from "../signal/golden-charts.tsx";
import { SignalLine } from "../signal/signal-line.tsx";
import { WindowNote } from "../signal/window-note.tsx";
import { incidentText } from "./incident-text.ts";

export function NowScreen(): ReactNode {
  const read = useMeshStatus();
  const { data } = read;
  const worst = data?.status.problems[0];
  return (
    <Screen
      title="Now"
      at={read.dataUpdatedAt}
      mark={
        data === undefined ? null : (
          <HealthBadge word={worst === undefined ? "healthy" : healthWordOf(worst.severity)} />
        )
      }
      acts={
        data === undefined ? null : <CopyButton label="Copy summary" text={incidentText(data.status, Date.now())} />
      }
    >
      <Ready read={read}>{(value) => <Told read={value} />}</Ready>
    </Screen>
  );
}

function Told({ read }: { readonly read: StatusRead }): ReactNode {
  const { status, missing } = read;
  const revisions = read.mesh.revisions.ok ? read.mesh.revisions.value.items : [];
  return (
    <>
      {missing.length === 0 ? null : <p className="alert degraded">Not all could be asked: {missing.join("; ")}</p>}
      {status.problems.length === 0 ? (
        <div className="card healthy">
          <strong>Nothing is wrong.</strong>
          <p>
            {status.services} services, {status.endpoints} endpoints; {status.isolates.current} of{" "}
            {status.isolates.current + status.isolates.behind} isolates run revision {status.revision}.
          </p>
        </div>
      ) : (
        <ol className="stack" aria-label="What is wrong, the worst first">
          {status.problems.map((one, index) => (
            <TroubleCard key={index} trouble={one} revisions={revisions} />
          ))}
        </ol>
      )}
      {status.notices.length === 0 ? null : (
        <>
          <h2>To know</h2>
          <ul className="stack">
            {status.notices.map((one, index) => (
              <TroubleCard key={index} trouble={one} revisions={[]} />
            ))}
          </ul>
        </>
      )}
      <MeshSignals />
      <h2>Changed lately</h2>
      <ul>
        {revisions.map((one) => (
          <li key={one.revision}>
            <Link href={`/history/${one.revision}`}>revision {one.revision}</Link> <When time={one.at} /> by {one.actor}
            , {one.source}
            {one.reason === null ? "" : `: ${one.reason}`}
          </li>
        ))}
      </ul>
      <SameInTerminal lines={["selvage status", "selvage history", "selvage check"]} />
    </>
  );
}

function MeshSignals(): ReactNode {
  const read = useStats();
  return (
    <>
      <h2>Traffic</h2>
      <Ready read={read}>
        {({ total, before, series, stepSeconds, window }) => (
          <>
            <p className="quiet">
              <WindowNote window={window} />
            </p>
            <SignalLine now={total} before={before} />
            {total.requests === 0 ? null : (
              <GoldenCharts series={series} stepSeconds={stepSeconds} until={window.asOf ?? window.to} />
            )}
          </>
        )}
      </Ready>
    </>
  );
}

/** A change that came shortly before the trouble is worth a look; nothing is claimed beyond that. */
const NEAR_MS = 600_000;

function TroubleCard({
  trouble,
  revisions,
}: {
  readonly trouble: Trouble;
  readonly revisions: readonly Revision[];
}): ReactNode {
  const { severity, ref, message, since, command } = trouble;
  const word = healthWordOf(severity);
  const before = since === null ? undefined : changeBefore(Date.parse(since), revisions);
  return (
    <li className={`card ${word}`}>
      <div className="row">
        <HealthBadge word={word} />
        <strong>{ref === null ? "the mesh" : <RefLink reference={ref} />}</strong>
        {since === null ? null : (
          <span className="quiet">
            since <When time={since} />
          </span>
        )}
      </div>
      <p>{message}</p>
      {before === undefined ? null : (
        <p>
          Shortly before:{" "}
          <Link href={`/history/${before.revision}`}>
            revision {before.revision} by {before.actor}
          </Link>
        </p>
      )}
      {command === null ? null : <CommandLine line={command} />}
    </li>
  );
}

function changeBefore(since: number, revisions: readonly Revision[]): Revision | undefined {
  return revisions.find(({ at }) => Date.parse(at) <= since && since - Date.parse(at) < NEAR_MS);
}
