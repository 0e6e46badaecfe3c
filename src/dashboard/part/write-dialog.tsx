// Every write goes through here: what it does, the reason, the line that does the same, and the mesh's answer. What
// cannot be undone asks for its name in letters.
import { useState, type ReactNode } from "react";
import type { ApiAnswer, Failure } from "../../cli/session/client.ts";
import { askAgain } from "../data/live.ts";
import { Button } from "./button.tsx";
import { CommandLine } from "./command-line.tsx";
import { FailureNote } from "./failure-note.tsx";
import { FormField } from "./form-field.tsx";
import { Modal } from "./modal.tsx";

interface WriteDialogProps<T> {
  readonly title: string;
  /** What is about to happen: a sentence, a diff, further fields. */
  readonly children: ReactNode;
  readonly act: string;
  readonly danger?: boolean;
  /** Left out: no reason is asked for. */
  readonly reason?: "required" | "asked";
  /** The reason that stands there already. */
  readonly why?: string;
  /** Has to be typed before a write that cannot be undone. */
  readonly confirm?: string;
  readonly command?: (reason: string) => string;
  readonly write: (reason: string) => Promise<ApiAnswer<T>>;
  readonly onDone: (value: T) => void;
  readonly onClose: () => void;
}

export function WriteDialog<T>(props: WriteDialogProps<T>): ReactNode {
  const {
    title,
    children,
    act,
    danger = false,
    reason,
    why: given = "",
    confirm,
    command,
    write,
    onDone,
    onClose,
  } = props;
  const [why, setWhy] = useState(given);
  const [typed, setTyped] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isWriting, setWriting] = useState(false);
  const isReady = (reason !== "required" || why.trim() !== "") && (confirm === undefined || typed === confirm);
  const run = async (): Promise<void> => {
    setWriting(true);
    setFailure(null);
    const answer = await write(why.trim());
    setWriting(false);
    if (!answer.ok) {
      setFailure(answer.failure);
      return;
    }
    onDone(answer.value);
    onClose();
    // The dialog has done its part: what it was made of may be another by now.
    void askAgain();
  };
  return (
    <Modal title={title} onClose={onClose}>
      {children}
      {reason === undefined ? null : (
        <FormField
          label={reason === "required" ? "Reason" : "Reason (kept in the history)"}
          value={why}
          onChange={setWhy}
          required={reason === "required"}
        />
      )}
      {confirm === undefined ? null : (
        <FormField
          label={`This cannot be undone. Type ${confirm} to go on`}
          value={typed}
          onChange={setTyped}
          required
        />
      )}
      {failure === null ? null : <FailureNote failure={failure} />}
      {command === undefined ? null : <CommandLine line={command(why.trim() === "" ? "why" : why.trim())} />}
      <div className="row">
        <Button look={danger ? "danger" : "main"} disabled={!isReady || isWriting} onPress={() => void run()}>
          {isWriting ? "Writing…" : act}
        </Button>
        <Button onPress={onClose}>Leave it</Button>
      </div>
    </Modal>
  );
}
