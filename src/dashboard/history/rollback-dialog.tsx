// The way back: planned by the mesh first, then written against the revision that was looked at.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ApplyResult } from "../../model/api/apply.ts";
import { api } from "../data/api.ts";
import { taken } from "../data/read.ts";
import { tell } from "../data/told.ts";
import { Ready } from "../part/ready.tsx";
import { PlanView } from "../part/plan-view.tsx";
import { WriteDialog } from "../part/write-dialog.tsx";
import { selvageLine } from "../word/command.ts";
import { ReturnReplay } from "./return-replay.tsx";

interface RollbackDialogProps {
  readonly to: number;
  readonly head: number;
  readonly why?: string;
  readonly onClose: () => void;
}

export function RollbackDialog({ to, head, why, onClose }: RollbackDialogProps): ReactNode {
  const path = `/revisions/${to}/rollback`;
  const ifMatch = `"${head}"`;
  const plan = useQuery<ApplyResult>({
    queryKey: ["rollback", to, head],
    queryFn: async () =>
      taken(await api.call<ApplyResult>("POST", path, { query: { dryRun: true }, body: {}, ifMatch })),
  });
  return (
    <WriteDialog<ApplyResult>
      title={`Roll back to revision ${to}`}
      act="Roll back"
      danger
      reason="required"
      {...(why === undefined ? {} : { why })}
      command={(reason) => selvageLine(["rollback", "--to", String(to), "--reason", reason])}
      write={(reason) => api.call("POST", path, { body: { reason }, query: { manager: "ui" }, ifMatch })}
      onDone={({ revision }) =>
        tell(`Rolled back: revision ${revision} has the documents of ${to}. Undo: roll back to ${head}.`)
      }
      onClose={onClose}
    >
      <p>
        The documents of revision {to} come back as a new revision. What no document says stays as it is: credentials,
        decisions about contracts, registered endpoints, use of limits.
      </p>
      <Ready read={plan}>{(result) => <PlanView result={result} />}</Ready>
      <ReturnReplay to={to} />
    </WriteDialog>
  );
}
