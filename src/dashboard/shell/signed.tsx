// Who is signed in, around a whole page: its frame where the mesh knows them, else what they can do about it.
import type { ReactNode } from "react";
import type { Whoami } from "../../model/api/operators.ts";
import { ReadFailure, useGathered } from "../data/read.ts";
import { WhoProvider } from "../data/session.tsx";
import { whoIsIt } from "../data/who.ts";
import { AskingPage } from "../part/asking-page.tsx";
import { FailureNote } from "../part/failure-note.tsx";
import { SignIn } from "./sign-in.tsx";

interface SignedProps {
  readonly title: string;
  readonly onSignedIn: () => void;
  readonly children: (who: Whoami) => ReactNode;
}

export function Signed({ title, onSignedIn, children }: SignedProps): ReactNode {
  const { data, error } = useGathered(whoIsIt);
  if (data !== undefined && (error === null || isPassing(error))) {
    return <WhoProvider who={data}>{children(data)}</WhoProvider>;
  }
  if (error instanceof ReadFailure && error.failure.status !== 401) {
    return (
      <main className="screen">
        <h1>{title}</h1>
        <FailureNote failure={error.failure} />
      </main>
    );
  }
  return error === null ? <AskingPage /> : <SignIn onSignedIn={onSignedIn} />;
}

/** Nothing was said about who it is: a line that is cut for a moment takes no page away, and what was typed into it. */
function isPassing(error: Error): boolean {
  const status = error instanceof ReadFailure ? error.failure.status : null;
  return status === null || status >= 500 || status === 429;
}
