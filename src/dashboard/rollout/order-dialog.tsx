// What an operator says about a Rollout: what it would do, the reason, the command, and the write, against the state
// that was looked at.
import type { ReactNode } from "react";
import type { RolloutReceipt, RolloutStatus } from "../../model/api/rollouts.ts";
import { api } from "../data/api.ts";
import { tell } from "../data/told.ts";
import { WriteDialog } from "../part/write-dialog.tsx";
import { selvageLine } from "../word/command.ts";
import { orderWords, type Verb } from "./rollout-words.ts";

interface OrderDialogProps {
  readonly rollout: RolloutStatus;
  readonly verb: Verb;
  readonly full: boolean;
  readonly onClose: () => void;
}

export function OrderDialog({ rollout, verb, full, onClose }: OrderDialogProps): ReactNode {
  const { namespace, name, version } = rollout;
  const path = `/rollouts/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/${verb}`;
  const flag = full ? "--full" : undefined;
  return (
    <WriteDialog<RolloutReceipt>
      title={`${orderWords(verb, full)}: ${namespace}/${name}`}
      act={orderWords(verb, full)}
      danger={verb === "abort"}
      reason="asked"
      command={(reason) =>
        selvageLine(["rollout", verb, name, flag, "--if-version", String(version), "--reason", reason], namespace)
      }
      write={(reason) =>
        api.call<RolloutReceipt>("POST", path, {
          body: { ...(reason === "" ? {} : { reason }), ...(full ? { full } : {}) },
          ifMatch: `"${version}"`,
        })
      }
      onDone={({ phase, weight }) => tell(`${namespace}/${name} is ${phase} at ${weight} %.`)}
      onClose={onClose}
    >
      <p>{whatOf(rollout, verb, full)}</p>
    </WriteDialog>
  );
}

function whatOf({ canary, stable, weight, step, steps }: RolloutStatus, verb: Verb, full: boolean): string {
  const next = full ? steps.at(-1) : (steps[step] ?? steps.at(-1));
  switch (verb) {
    case "promote":
      return `${canary.version} goes from ${weight} to ${next?.weight ?? weight} % of callers, whatever was seen.`;
    case "pause":
      return `${canary.version} stays at ${weight} %. A canary that fails is taken out all the same.`;
    case "resume":
      return `The step at ${weight} % is watched from its beginning.`;
    case "abort":
      return `Everybody gets ${stable.version}, within two seconds. The way back is Retry.`;
    case "retry":
      return `${canary.version} is tried again from ${steps[0]?.weight ?? 0} %, with callers dealt anew.`;
  }
}
