// Buttons, links that look like them, and the button that copies a text.
import { useState, type ReactNode } from "react";
import { Link } from "wouter";
import { buttonLooks } from "../../verdict/parts.ts";

interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress: () => void;
  readonly look?: "main" | "danger" | "plain";
  readonly small?: boolean;
  readonly disabled?: boolean;
  /** Said in place of the text. */
  readonly label?: string;
}

export function Button({
  children,
  onPress,
  look = "plain",
  small = false,
  disabled = false,
  label,
}: ButtonProps): ReactNode {
  return (
    <button type="button" className={buttonLooks(look, small)} onClick={onPress} disabled={disabled} aria-label={label}>
      {children}
    </button>
  );
}

export function LinkButton({ to, children }: { readonly to: string; readonly children: ReactNode }): ReactNode {
  return (
    <Link href={to} className="button">
      {children}
    </Link>
  );
}

/** Says that it did. */
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
