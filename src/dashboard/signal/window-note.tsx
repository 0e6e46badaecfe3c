// Which time the numbers of a screen are of, and how old the newest of them is.
import type { ReactNode } from "react";
import type { SignalWindow } from "../../model/api/signals.ts";
import { windowNote } from "../../verdict/verdict.ts";
import { pagePen } from "../part/drawn.tsx";

export function WindowNote({ window }: { readonly window: SignalWindow | undefined }): ReactNode {
  return window === undefined ? null : windowNote(pagePen, window);
}
