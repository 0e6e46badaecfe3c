// Another share for a version: the difference in the route, the reason, the command, and then the write, against the
// document that was looked at.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Resource } from "../../model/api/resource.ts";
import { api } from "../data/api.ts";
import { ReadFailure } from "../data/read.ts";
import { tell } from "../data/told.ts";
import { useYaml } from "../data/yaml.ts";
import { DiffView } from "../part/diff-view.tsx";
import { Modal } from "../part/modal.tsx";
import { Ready } from "../part/ready.tsx";
import { WriteDialog } from "../part/write-dialog.tsx";
import { selvageLine } from "../word/command.ts";
import { authored } from "../word/document-text.ts";
import { reweighted, shared, splitsOf, weightPatch, type Split } from "./weights.ts";

export interface WeightChange {
  readonly split: Split;
  /** Of its backends. */
  readonly which: number;
  readonly percent: number;
  readonly why?: string;
}

interface WeightDialogProps {
  readonly change: WeightChange;
  readonly onClose: () => void;
}

interface Looked {
  readonly resource: Resource;
  readonly etag: string | null;
}

export function WeightDialog({ change, onClose }: WeightDialogProps): ReactNode {
  const path = pathOf(change.split);
  const read = useQuery<Looked>({
    queryKey: ["reweighting", path],
    // Asked anew each time: what is shown is what is written over.
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    queryFn: async () => {
      const answer = await api.call<Resource>("GET", path);
      if (!answer.ok) {
        throw new ReadFailure(answer.failure);
      }
      return { resource: answer.value, etag: answer.etag };
    },
  });
  return read.data === undefined ? (
    <Modal title="Another share" onClose={onClose}>
      <Ready read={read}>{() => null}</Ready>
    </Modal>
  ) : (
    <Reweighting change={change} looked={read.data} onClose={onClose} lookAgain={() => void read.refetch()} />
  );
}

const pathOf = ({ kind, namespace, name }: Split): string =>
  `/namespaces/${encodeURIComponent(namespace)}/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`;

interface ReweightingProps extends WeightDialogProps {
  readonly looked: Looked;
  readonly lookAgain: () => void;
}

function Reweighting({ change, looked, onClose, lookAgain }: ReweightingProps): ReactNode {
  const { split, which, percent, why } = change;
  const { kind, namespace, name, rule } = split;
  const { resource, etag } = looked;
  // As the route is now: somebody may have moved it since it was chosen.
  const { backends } = splitsOf([resource]).find((one) => one.rule === rule) ?? split;
  const weights = shared(backends, which, percent);
  const version = backends[which]?.version ?? backends[which]?.service ?? "";
  const patch = JSON.stringify(weightPatch(rule, weights));
  const spec = reweighted(resource.spec, rule, weights);
  const [before, after] = [useYaml(resource.spec), useYaml(spec)];
  if (before === null || after === null) {
    return (
      <Modal title="Another share" onClose={onClose}>
        <p className="quiet">Comparing…</p>
      </Modal>
    );
  }
  return (
    <WriteDialog<Resource>
      title={percent === 0 ? `Take ${version} out of ${namespace}/${name}` : `Send ${percent} % to ${version}`}
      act={percent === 0 ? `Take ${version} out` : `Send ${percent} %`}
      danger={percent === 0}
      reason="required"
      {...(why === undefined ? {} : { why })}
      command={(reason) =>
        selvageLine(["patch", kind.toLowerCase(), name, "--type", "json", "-p", patch, "--reason", reason], namespace)
      }
      write={async (reason) => {
        const answer = await api.call<Resource>("PUT", pathOf(split), {
          query: { reason, manager: "ui" },
          body: { ...authored(resource), spec },
          ifMatch: etag ?? undefined,
        });
        if (!answer.ok && answer.failure.status === 412) {
          lookAgain();
        }
        return answer;
      }}
      onDone={() => tell(`${version} gets ${percent} % of ${namespace}/${name}. The way back is in the history.`)}
      onClose={onClose}
    >
      <DiffView before={before} after={after} />
    </WriteDialog>
  );
}
