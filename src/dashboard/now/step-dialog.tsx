// The second half of a way back: the difference that it makes, and the reason. Loaded when the line is free, or when
// somebody takes a step sooner.
import type { ReactNode } from "react";
import { RollbackDialog } from "../history/rollback-dialog.tsx";
import { WeightDialog } from "../rollout/weight-dialog.tsx";
import type { StepBack } from "./way-back.tsx";

interface StepDialogProps {
  readonly step: StepBack;
  /** The revision that is in force. */
  readonly head: number;
  readonly onClose: () => void;
}

export function StepDialog({ step, head, onClose }: StepDialogProps): ReactNode {
  return step.by === "weight" ? (
    <WeightDialog change={step.change} onClose={onClose} />
  ) : (
    <RollbackDialog to={step.to} head={head} why={step.why} onClose={onClose} />
  );
}
