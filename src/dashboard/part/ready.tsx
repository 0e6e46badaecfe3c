// An answer on its way, refused, or there. What is there stays while it is asked for again.
import type { ReactNode } from "react";
import { ReadFailure, type ReadState } from "../data/read.ts";
import { Button } from "./button.tsx";
import { FailureNote } from "./failure-note.tsx";

interface LoadedProps<T> {
  readonly read: ReadState<T>;
  readonly children: (value: T) => ReactNode;
}

export function Ready<T>({ read, children }: LoadedProps<T>): ReactNode {
  const { data, error } = read;
  return (
    <>
      {error === null ? null : (
        <>
          {error instanceof ReadFailure ? <FailureNote failure={error.failure} /> : <p role="alert">{error.message}</p>}
          <Button onPress={() => void read.refetch()}>Try again</Button>
        </>
      )}
      {data === undefined ? (
        error === null ? (
          <p className="quiet" aria-busy="true">
            Asking the mesh…
          </p>
        ) : null
      ) : (
        children(data)
      )}
    </>
  );
}
