// A screen whose calls this mesh may not have: it asks, and says what it finds, whichever it is.
import type { ReactNode } from "react";
import { ReadFailure, type ReadState } from "../data/read.ts";
import { Ready } from "./ready.tsx";
import { Empty } from "./empty.tsx";
import { Screen } from "./screen.tsx";
import { YamlView } from "./yaml-view.tsx";

interface PendingScreenProps {
  readonly title: string;
  readonly read: ReadState<object>;
  /** Why there is nothing where the mesh does not have the call. */
  readonly cause: string;
  /** What tells something near to it. */
  readonly command: string;
}

export function PendingScreen({ title, read, cause, command }: PendingScreenProps): ReactNode {
  const isUnknown = read.error instanceof ReadFailure && read.error.failure.problem?.code === "SLV1006";
  return (
    <Screen title={title} at={read.dataUpdatedAt}>
      {isUnknown ? (
        <Empty cause={cause} command={command} />
      ) : (
        <Ready read={read}>{(value) => <YamlView value={value} label={title} />}</Ready>
      )}
    </Screen>
  );
}
