// Why a request is decided as it is.
import type { ReactNode } from "react";
import { useRead } from "../data/read.ts";
import { PendingScreen } from "../part/pending-screen.tsx";

export function ExplainScreen(): ReactNode {
  const read = useRead<object>("/requests/none");
  return (
    <PendingScreen
      title="Explain"
      read={read}
      cause="This mesh cannot explain a request: it has no call for that. Every answer of the mesh says in selvage-decision who decided."
      command="curl -i -H 'selvage-debug: 1' http://127.0.0.1:8787/svc/storefront/"
    />
  );
}
