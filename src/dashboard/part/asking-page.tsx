// What stands in place of the page while it is on its way; its HTML begins with the same.
import type { ReactNode } from "react";

export function AskingPage(): ReactNode {
  return (
    <p className="door quiet" aria-busy="true">
      Asking the mesh…
    </p>
  );
}
