// The first screen: is something wrong, where, since when, what changed, and what can be done. The same words as
// `selvage status`, because both are made by the same code.
import { lazy, Suspense, useState, type ReactNode } from "react";
import { Link } from "wouter";
import { useMeshStatus, type StatusRead } from "../data/mesh-status.ts";
import { SameInTerminal } from "../part/command-line.tsx";
import { CopyButton } from "../part/button.tsx";
import { pagePen } from "../part/drawn.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";
import { When } from "../part/when.tsx";
import { useStats } from "../data/signals.ts";
import { GoldenCharts } from "../signal/golden-charts.tsx";
import { SignalLine } from "../signal/signal-line.tsx";
import { WindowNote } from "../signal/window-note.tsx";
import { incidentText } from "./incident-text.ts";
import { passedLately, type Passed } from "../../verdict/lately.ts";
import { verdict, verdictMark } from "../../verdict/verdict.ts";
import { WayBack, type StepBack } from "./way-back.tsx";

const StepDialog = lazy(async () => ({ default: (await import("./step-dialog.tsx")).StepDialog }));

export function NowScreen(): ReactNode {
  const read = useMeshStatus();
  // Asked for beside the status, not after it.
  useStats();
  const { data } = read;
  return (
    <Screen
      title="Now"
      at={read.dataUpdatedAt}
      mark={data === undefined ? null : verdictMark(pagePen, data.status)}
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
  const { status, withheld, mesh, runtime } = read;
  const [step, setStep] = useState<StepBack | null>(null);
  const told = [...status.problems, ...status.notices];
  const passed = passedLately(memory, told, Date.now());
  const revisions = mesh.revisions.ok ? mesh.revisions.value.items : [];
  const window = runtime.stats.ok ? runtime.stats.value.window : undefined;
  return (
    <>
      {verdict(
        pagePen,
        { status, withheld, revisions, window },
        { memory, passed },
        (reference, before) => (
          <WayBack reference={reference} read={read} before={before} onTake={setStep} />
        ),
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
        </section>,
      )}
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
            <GoldenCharts series={series} stepSeconds={stepSeconds} window={window} />
          </>
        )}
      </Ready>
    </>
  );
}
