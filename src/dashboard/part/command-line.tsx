// What one would type for the same, with a button that copies it.
import { useState, type ReactNode } from "react";
import { readsNow } from "../data/live.ts";
import { curlLine } from "../word/command.ts";
import { commandLine } from "../../verdict/parts.ts";
import { pagePen } from "./drawn.tsx";

export function CommandLine({ line }: { readonly line: string }): ReactNode {
  return commandLine(pagePen, line);
}

/** Several lines that stay away until somebody wants them, and what the screen itself asks, for curl. */
export function SameInTerminal({ lines }: { readonly lines: readonly string[] }): ReactNode {
  const [reads, setReads] = useState<readonly string[]>([]);
  return (
    <details onToggle={({ currentTarget }) => setReads(currentTarget.open ? readsNow() : [])}>
      <summary>The same in a terminal</summary>
      {lines.map((line) => (
        <CommandLine key={line} line={line} />
      ))}
      {reads.length === 0 ? null : <h3>What this screen asks</h3>}
      {reads.map((path) => (
        <CommandLine key={path} line={curlLine(location.origin, "GET", path)} />
      ))}
    </details>
  );
}
