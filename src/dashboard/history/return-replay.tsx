// What going back to a revision would do to requests that were kept: newly refused, held back or sent elsewhere.
import type { ReactNode } from "react";
import type { ReplayAnswer } from "../../model/api/replay.ts";
import { api } from "../data/api.ts";
import { ReplayView } from "../part/replay-view.tsx";
import { selvageLine } from "../word/command.ts";

interface ReturnReplayProps {
  readonly to: number;
  readonly label?: string;
}

export function ReturnReplay({ to, label }: ReturnReplayProps): ReactNode {
  return (
    <ReplayView
      ask={() => api.call<ReplayAnswer>("POST", `/revisions/${to}/replay`)}
      line={selvageLine(["replay", "--to", String(to)])}
      {...(label === undefined ? {} : { label })}
    />
  );
}
