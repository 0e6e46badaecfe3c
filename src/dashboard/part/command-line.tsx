// What one would type for the same, with a button that copies it.
import { useState, type ReactNode } from "react";
import { Button } from "./button.tsx";

export function CopyButton({ text, label = "Copy" }: { readonly text: string; readonly label?: string }): ReactNode {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <Button small onPress={copy} label={`${label}: ${text.slice(0, 60)}`}>
      {copied ? "Copied" : label}
    </Button>
  );
}

export function CommandLine({ line }: { readonly line: string }): ReactNode {
  return (
    <div className="command">
      <code>{line}</code>
      <CopyButton text={line} />
    </div>
  );
}

/** Several lines that stay away until somebody wants them. */
export function SameInTerminal({ lines }: { readonly lines: readonly string[] }): ReactNode {
  return (
    <details>
      <summary>The same in a terminal</summary>
      {lines.map((line) => (
        <CommandLine key={line} line={line} />
      ))}
    </details>
  );
}
