// Documents as YAML: checked by the mesh, tried as a plan against the revision that was looked at, then applied with a
// reason. What was reviewed is what is applied, or the mesh refuses (412).
import { useState, type ReactNode } from "react";
import type { ApplyResult, Validation } from "../../model/api/apply.ts";
import type { ReplayAnswer } from "../../model/api/replay.ts";
import type { ApiAnswer, Failure } from "../../cli/session/client.ts";
import { api } from "../data/api.ts";
import { askAgain } from "../data/live.ts";
import { tell } from "../data/told.ts";
import { useYaml } from "../data/yaml.ts";
import { Button } from "../part/button.tsx";
import { CommandLine } from "../part/command-line.tsx";
import { DiffView } from "../part/diff-view.tsx";
import { FailureNote } from "../part/failure-note.tsx";
import { FormField } from "../part/form-field.tsx";
import { PlanView } from "../part/plan-view.tsx";
import { ReplayView } from "../part/replay-view.tsx";
import { selvageLine } from "../word/command.ts";
import { Findings } from "./findings.tsx";

/** @param document what is edited; null = something new */
export function DocumentEditor({ document }: { readonly document: object | null }): ReactNode {
  const original = useYaml(document ?? {});
  return original === null ? null : <Editor original={document === null ? "" : original} />;
}

type Outcome =
  | { readonly of: "check"; readonly found: Validation }
  | { readonly of: "plan"; readonly plan: ApplyResult }
  | { readonly of: "failure"; readonly failure: Failure };

function Editor({ original }: { readonly original: string }): ReactNode {
  const [text, setText] = useState(original);
  const [reason, setReason] = useState("");
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isAsking, setAsking] = useState(false);
  const body = { type: "application/yaml", content: text };
  const ask = async <T,>(call: Promise<ApiAnswer<T>>, of: (value: T) => Outcome): Promise<void> => {
    setAsking(true);
    const answer = await call;
    setAsking(false);
    setOutcome(answer.ok ? of(answer.value) : { of: "failure", failure: answer.failure });
  };
  const plan = outcome?.of === "plan" ? outcome.plan : null;
  const apply = async (revision: number): Promise<void> => {
    setAsking(true);
    const answer = await api.call<ApplyResult>("POST", "/apply", {
      text: body,
      query: { manager: "ui", reason: reason.trim() },
      ifMatch: `"${revision}"`,
    });
    setAsking(false);
    if (!answer.ok) {
      setOutcome({ of: "failure", failure: answer.failure });
      return;
    }
    tell(`Applied: revision ${answer.value.revision}. Undo: roll back to ${revision} in the history.`);
    setOutcome(null);
    await askAgain();
  };
  const edit = (now: string): void => {
    setText(now);
    setOutcome(null);
  };
  return (
    <>
      <label htmlFor="yaml">Documents as YAML, several with --- between them</label>
      <textarea
        id="yaml"
        rows={Math.min(Math.max(text.split("\n").length + 1, 12), 40)}
        spellCheck={false}
        value={text}
        onChange={(event) => edit(event.target.value)}
      />
      <div className="row">
        <Button
          disabled={isAsking}
          onPress={() =>
            void ask(api.call<Validation>("POST", "/validate", { text: body }), (found) => ({ of: "check", found }))
          }
        >
          Check
        </Button>
        <Button
          look="main"
          disabled={isAsking}
          onPress={() =>
            void ask(api.call<ApplyResult>("POST", "/diff", { text: body }), (made) => ({ of: "plan", plan: made }))
          }
        >
          Plan (dry run)
        </Button>
      </div>
      <div aria-live="polite">
        {outcome?.of === "failure" ? <FailureNote failure={outcome.failure} /> : null}
        {outcome?.of === "check" ? <Findings found={outcome.found} /> : null}
        {plan === null ? null : (
          <>
            <h2>What would be applied</h2>
            <PlanView result={plan} />
            {original === "" ? null : <DiffView before={original} after={text} />}
            <ReplayView
              key={text}
              ask={() => api.call<ReplayAnswer>("POST", "/replay", { text: body })}
              line="selvage replay -f mesh.yaml"
            />
            <FormField label="Reason" value={reason} onChange={setReason} required />
            <Button
              look="main"
              disabled={isAsking || reason.trim() === "" || plan.summary.create + plan.summary.update === 0}
              onPress={() => void apply(plan.revision)}
            >
              Apply to revision {plan.revision}
            </Button>
            <CommandLine
              line={selvageLine([
                "apply",
                "-f",
                "mesh.yaml",
                "--if-match",
                String(plan.revision),
                "--reason",
                reason.trim() || "why",
              ])}
            />
          </>
        )}
      </div>
    </>
  );
}
