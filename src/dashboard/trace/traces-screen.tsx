// Traces of requests.
import type { ReactNode } from "react";
import { useRead } from "../data/read.ts";
import { PendingScreen } from "../part/pending-screen.tsx";

export function TracesScreen(): ReactNode {
  const read = useRead<object>("/traces");
  return (
    <PendingScreen
      title="Traces"
      read={read}
      cause="This mesh keeps no traces: it has no call for them. Requests carry traceparent, so the services' own tracing sees them."
      command="selvage up --log requests"
    />
  );
}
