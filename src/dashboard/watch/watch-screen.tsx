// Live requests.
import type { ReactNode } from "react";
import { useRead } from "../data/read.ts";
import { PendingScreen } from "../part/pending-screen.tsx";

export function WatchScreen(): ReactNode {
  const read = useRead<object>("/stats");
  return (
    <PendingScreen
      title="Watch"
      read={read}
      cause="This mesh has no live requests to show: it has no call for them. A local mesh prints them."
      command="selvage up --log requests"
    />
  );
}
