// What a change would do to requests that were kept: who would be turned away, held back or sent elsewhere.
import { useState, type ReactNode } from "react";
import { Link } from "wouter";
import type { ApiAnswer, Failure } from "../../cli/session/client.ts";
import type { ReplayAnswer } from "../../model/api/replay.ts";
import { Button } from "./button.tsx";
import { CommandLine } from "./command-line.tsx";
import { DataTable } from "./data-table.tsx";
import { FailureNote } from "./failure-note.tsx";
import { HealthBadge } from "./drawn.tsx";
import { When } from "./when.tsx";
import type { ShownHealth } from "../../verdict/health.ts";

type Difference = ReplayAnswer["items"][number];

const words: Readonly<Record<Difference["kind"], readonly [ShownHealth, string]>> = {
  denied: ["failing", "newly refused"],
  limited: ["failing", "newly limited"],
  rerouted: ["degraded", "goes elsewhere"],
  changed: ["degraded", "answered otherwise"],
  allowed: ["notice", "newly let in"],
};

interface ReplayProps {
  readonly ask: () => Promise<ApiAnswer<ReplayAnswer>>;
  /** The command that does the same. */
  readonly line: string;
  readonly label?: string;
}

export function ReplayView({ ask, line, label = "Replay over kept requests" }: ReplayProps): ReactNode {
  const [told, setTold] = useState<ReplayAnswer | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isAsking, setAsking] = useState(false);
  const replay = async (): Promise<void> => {
    setAsking(true);
    const answer = await ask();
    setAsking(false);
    setTold(answer.ok ? answer.value : null);
    setFailure(answer.ok ? null : answer.failure);
  };
  return (
    <>
      <Button disabled={isAsking} onPress={() => void replay()}>
        {isAsking ? "Replaying…" : label}
      </Button>
      <CommandLine line={line} />
      <div aria-live="polite">
        {failure === null ? null : <FailureNote failure={failure} />}
        {told === null ? null : <Told told={told} />}
      </div>
    </>
  );
}

function Told({ told: { replayed, skipped, since, items } }: { readonly told: ReplayAnswer }): ReactNode {
  return (
    <>
      <p>
        {replayed} kept requests{" "}
        {since === null ? null : (
          <>
            since <When time={since} />{" "}
          </>
        )}
        were decided anew{skipped === 0 ? "" : `; ${skipped} cannot be, since their proofs are not kept`}.
        {items.length === 0 ? " None would be decided otherwise." : ""}
      </p>
      {items.length === 0 ? null : (
        <DataTable
          caption="Would be decided otherwise"
          rows={items}
          keyOf={({ kind, caller, route }) => `${kind} ${caller} ${route ?? ""}`}
          columns={[
            { head: "What", cell: ({ kind }) => <HealthBadge word={words[kind][0]}>{words[kind][1]}</HealthBadge> },
            { head: "Requests", number: true, cell: ({ requests }) => requests, sort: ({ requests }) => requests },
            { head: "Caller", cell: ({ caller }) => caller, sort: ({ caller }) => caller },
            { head: "Route", cell: ({ route }) => route ?? "none" },
            {
              head: "For one",
              name: true,
              cell: ({ example: { requestId, method, path } }) => (
                <Link href={`/requests/${encodeURIComponent(requestId)}`} className="mono">{`${method} ${path}`}</Link>
              ),
            },
            { head: "Before", cell: ({ example: { before } }) => sideText(before) },
            { head: "After", cell: ({ example: { after } }) => sideText(after) },
          ]}
        />
      )}
    </>
  );
}

const sideText = ({ status, decision, code, destination }: Difference["example"]["before"]): string =>
  [status ?? "", decision, code ?? "", destination ?? ""].filter((one) => one !== "").join(" ");
