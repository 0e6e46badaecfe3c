// Which time the numbers of a screen are of, and how old the newest of them is.
import type { ReactNode } from "react";
import type { SignalWindow } from "../../model/api/signals.ts";
import { lengthText } from "../data/signals.ts";
import { When } from "../part/when.tsx";

export function WindowNote({ window }: { readonly window: SignalWindow | undefined }): ReactNode {
  if (window === undefined) {
    return null;
  }
  return (
    <span data-window={window.seconds}>
      numbers of the last {lengthText(window)},{" "}
      {window.asOf === null ? (
        "nothing was counted"
      ) : (
        <>
          counted <When time={window.asOf} />
        </>
      )}
    </span>
  );
}
