// Nothing to show: why, and what to do next.
import type { ReactNode } from "react";
import { CommandLine } from "./command-line.tsx";

interface EmptyProps {
  readonly cause: string;
  readonly command?: string;
  readonly children?: ReactNode;
}

export function Empty({ cause, command, children }: EmptyProps): ReactNode {
  return (
    <div className="empty">
      <p>{cause}</p>
      {children}
      {command === undefined ? null : <CommandLine line={command} />}
    </div>
  );
}
