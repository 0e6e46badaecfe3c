// One revision: who, why, what it changed, who runs it, and the way back.
import { useState, type ReactNode } from "react";
import { useParams } from "wouter";
import type { Propagation, RevisionChange, RevisionDetail } from "../../model/api/registry.ts";
import { useRead } from "../data/read.ts";
import { useMay, useWho } from "../data/session.tsx";
import { useYaml } from "../data/yaml.ts";
import { Ready } from "../part/ready.tsx";
import { Button } from "../part/button.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { DiffView } from "../part/diff-view.tsx";
import { Empty } from "../part/empty.tsx";
import { Facts } from "../part/facts.tsx";
import { RefLink } from "../part/drawn.tsx";
import { Screen } from "../part/screen.tsx";
import { When } from "../part/when.tsx";
import { ReturnReplay } from "./return-replay.tsx";
import { RollbackDialog } from "./rollback-dialog.tsx";

export function RevisionScreen(): ReactNode {
  const { n = "" } = useParams();
  return /^\d{1,15}$/.test(n) ? (
    <OneRevision revision={n} />
  ) : (
    <Screen title="No revision">
      <Empty cause={`"${n}" is no revision: they are numbered.`} command="selvage history" />
    </Screen>
  );
}

function OneRevision({ revision }: { readonly revision: string }): ReactNode {
  const read = useRead<RevisionDetail>(`/revisions/${revision}`);
  const propagation = useRead<Propagation>(`/revisions/${revision}/propagation`);
  const may = useMay("operator");
  const [isRollingBack, setRollingBack] = useState(false);
  // Nothing leads back to what is not there.
  const head = read.data === undefined ? null : (propagation.data?.head ?? null);
  const isWhole = useWho()?.namespaces === null;
  // Whoever sees nothing of it would be refused: a return is for those who may see all that it changes.
  const mayReturn = isWhole || (read.data?.changes.length ?? 0) > 0;
  return (
    <Screen
      title={`Revision ${revision}`}
      at={read.dataUpdatedAt}
      acts={
        may && mayReturn && head !== null && head !== Number(revision) ? (
          <Button look="danger" onPress={() => setRollingBack(true)}>
            Roll back to this…
          </Button>
        ) : null
      }
    >
      <Ready read={read}>{(detail) => <Detail detail={detail} propagation={propagation.data} />}</Ready>
      {head === null || !mayReturn ? null : <Returns revision={Number(revision)} head={head} />}
      {isRollingBack && head !== null ? (
        <RollbackDialog to={Number(revision)} head={head} onClose={() => setRollingBack(false)} />
      ) : null}
      <SameInTerminal
        lines={[
          `selvage history ${revision}`,
          `selvage replay --to ${revision}`,
          `selvage rollback --to ${revision} --reason why`,
        ]}
      />
    </Screen>
  );
}

/** What would be, before anybody does it: the mesh as of this revision, or as before it. */
function Returns({ revision, head }: { readonly revision: number; readonly head: number }): ReactNode {
  return (
    <section aria-label="What going back would change">
      <h2>What would going back change?</h2>
      <p className="quiet">
        {revision === head && head < 2
          ? "This is the first revision, and the newest: there is nothing to go back to."
          : "Kept requests are decided anew; nothing is written, and nothing is sent."}
      </p>
      {revision === head ? null : (
        <ReturnReplay to={revision} label={`Replay with the documents of revision ${revision}`} />
      )}
      {revision > head || revision < 2 ? null : (
        <ReturnReplay
          to={revision - 1}
          label={`Replay without ${revision === head ? `revision ${revision}` : `revision ${revision} and later ones`}`}
        />
      )}
    </section>
  );
}

/** A revision of more documents is a list first. */
const MOST_OPEN = 4;

interface DetailProps {
  readonly detail: RevisionDetail;
  readonly propagation: Propagation | undefined;
}

function Detail({ detail, propagation }: DetailProps): ReactNode {
  const { at, actor, source, reason, changes, rolledBackTo } = detail;
  const who =
    propagation === undefined
      ? "…"
      : `${propagation.current} of ${propagation.current + propagation.behind} isolates that asked lately`;
  return (
    <>
      <Facts
        rows={[
          ["When", <When key="at" time={at} />],
          ["Who", actor],
          ["By", source],
          ["Why", reason],
          ["Restores", rolledBackTo === null ? null : `revision ${rolledBackTo}`],
          ["Run by", who],
        ]}
      />
      {changes.map((change) => (
        <section key={change.ref} aria-label={change.ref}>
          <h2>
            {change.action} <RefLink reference={change.ref} />
          </h2>
          {changes.length > MOST_OPEN ? (
            <details>
              <summary>What changed</summary>
              <Change change={change} />
            </details>
          ) : (
            <Change change={change} />
          )}
        </section>
      ))}
      {changes.length === 0 ? <p className="quiet">Nothing that you may see was changed.</p> : null}
    </>
  );
}

function Change({ change: { before, after } }: { readonly change: RevisionChange }): ReactNode {
  const was = useYaml(before);
  const is = useYaml(after);
  return was === null || is === null ? null : (
    <DiffView before={before === null ? "" : was} after={after === null ? "" : is} />
  );
}
