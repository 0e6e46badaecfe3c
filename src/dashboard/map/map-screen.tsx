// The map of who calls whom.
import type { ReactNode } from "react";
import { useRead } from "../data/read.ts";
import { PendingScreen } from "../part/pending-screen.tsx";

export function MapScreen(): ReactNode {
  const read = useRead<object>("/graph");
  return (
    <PendingScreen
      title="Map"
      read={read}
      cause="This mesh does not tell who calls whom: it has no call for the graph. Services has every service with its routes."
      command="selvage get httproutes -A"
    />
  );
}
