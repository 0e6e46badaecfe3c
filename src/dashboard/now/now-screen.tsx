// The first screen: is something wrong, where, since when, what changed, and what can be done. The same words as
// `selvage status`, because both are made by the same code.
import { lazy, Suspense, useState, type ReactNode } from "react";
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
import { inSteadyOrder, passedLately, type Passed } from "./lately.ts";
import { WayBack, type StepBack } from "./way-back.tsx";

const StepDialog = lazy(async () => ({ default: (await import("./step-dialog.tsx")).StepDialog }));

export function NowScreen(): ReactNode {
  const read = useMeshStatus();
  // Asked for beside the status, not after it.
  useStats();
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

/** Of this page, while it is open. */
const memory = new Map<string, Passed>();

function Told({ read }: { readonly read: StatusRead }): ReactNode {
  const { status, withheld } = read;
  const [step, setStep] = useState<StepBack | null>(null);
  const revisions = read.mesh.revisions.ok ? read.mesh.revisions.value.items : [];
  const passed = passedLately(memory, [...status.problems, ...status.notices], Date.now());
  const cards = inSteadyOrder(memory, [...status.problems, ...status.notices]);
  return (
    <>
      {withheld.length === 0 ? null : <p className="quiet">Your role is not told of: {withheld.join(", ")}.</p>}
      <div className="beside">
        <section aria-label="What is wrong, the worst first">
          <p className="quiet">
            <WindowNote window={read.runtime.stats.ok ? read.runtime.stats.value.window : undefined} />
          </p>
          <ol className="stack">
            {status.problems.length > 0 ? null : (
              <li className="card healthy">
                <strong>Nothing is wrong{passed.length === 0 ? "" : " right now"}.</strong>
                <p>
                  {status.services} services, {status.endpoints} endpoints; {status.isolates.current} of{" "}
                  {status.isolates.current + status.isolates.behind} isolates run revision {status.revision}.
                </p>
              </li>
            )}
            {cards.map((troubles) => (
              <TroubleCard key={troubles[0]?.ref ?? ""} troubles={troubles} read={read} onTake={setStep} />
            ))}
            {passed.map(({ trouble, at }) => (
              <TroubleCard
                key={`passed ${trouble.ref ?? ""}`}
                troubles={[trouble]}
                read={read}
                onTake={setStep}
                passedAt={at}
              />
            ))}
          </ol>
        </section>
        <section aria-label="Traffic and changes">
          <MeshSignals />
          <h2>Changed lately</h2>
          <ul>
            {revisions.map((one) => (
              <li key={one.revision}>
                <Link href={`/history/${one.revision}`}>revision {one.revision}</Link> <When time={one.at} /> by{" "}
                {one.actor}, {one.source}
                {one.reason === null ? "" : `: ${one.reason}`}
              </li>
            ))}
          </ul>
        </section>
      </div>
      <Suspense>
        {step === null ? null : <StepDialog step={step} head={status.revision} onClose={() => setStep(null)} />}
      </Suspense>
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
            <GoldenCharts series={series} stepSeconds={stepSeconds} until={window.asOf ?? window.to} />
          </>
        )}
      </Ready>
    </>
  );
}

/** A change that came shortly before the trouble is worth a look; nothing is claimed beyond that. */
const NEAR_MS = 600_000;
const STEP_MS = 10_000;

interface TroubleCardProps {
  /** Of one thing, the worst first. */
  readonly troubles: readonly Trouble[];
  readonly read: StatusRead;
  readonly onTake: (step: StepBack) => void;
  /** When it was told last, where it is not told any more. */
  readonly passedAt?: number;
}

function TroubleCard({ troubles, read, onTake, passedAt }: TroubleCardProps): ReactNode {
  const [worst] = troubles;
  if (worst === undefined) {
    return null;
  }
  const { ref } = worst;
  const word = healthWordOf(worst.severity);
  const since =
    troubles
      .map((one) => one.since)
      .filter((one) => one !== null)
      .toSorted()[0] ?? null;
  const revisions = read.mesh.revisions.ok ? read.mesh.revisions.value.items : [];
  const before = since === null ? undefined : changeBefore(Date.parse(since), revisions);
  return (
    <li className={`card ${passedAt === undefined ? word : "notice"}`}>
      <div className="row">
        <HealthBadge word={passedAt === undefined ? word : "notice"}>
          {passedAt === undefined ? word : `was ${word}`}
        </HealthBadge>
        <strong>{ref === null ? "the mesh" : <RefLink reference={ref} />}</strong>
        <span className="quiet">
          {passedAt !== undefined ? (
            <>
              last told <When time={new Date(passedAt).toISOString()} />
            </>
          ) : since === null ? null : (
            <>
              since <When time={since} />
            </>
          )}
        </span>
      </div>
      {/* What has one height comes first: words that come later then push nothing of it about. */}
      <p className="says">{worst.message}</p>
      {ref !== null && ref.startsWith("Service/") ? (
        <WayBack reference={ref} read={read} before={before} onTake={onTake} />
      ) : null}
      {worst.command === null ? null : <CommandLine line={worst.command} />}
      {troubles.slice(1).map(({ message }) => (
        <p key={message}>{message}</p>
      ))}
      {before === undefined ? null : (
        <p>
          Shortly before:{" "}
          <Link href={`/history/${before.revision}`}>
            revision {before.revision} by {before.actor}
          </Link>
          {before.reason === null ? "" : `: ${before.reason}`}
        </p>
      )}
    </li>
  );
}

/** The one that came last before it: steps of time are ten seconds long, so a little after counts, too. */
function changeBefore(since: number, revisions: readonly Revision[]): Revision | undefined {
  return revisions.find(({ at }) => Date.parse(at) <= since + STEP_MS && since - Date.parse(at) < NEAR_MS);
}
