// Buttons and links that look like them.
import type { ReactNode } from "react";
import { Link } from "wouter";

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
  const looks = `button ${look} ${small ? "small" : ""}`;
  return (
    <button type="button" className={looks} onClick={onPress} disabled={disabled} aria-label={label}>
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
