// What every screen has: one heading, the page's title, how old its numbers are, and a way to ask again.
import { useEffect, type ReactNode } from "react";
import { useIsFetching } from "@tanstack/react-query";
import { queries } from "../data/read.ts";
import { Button } from "./button.tsx";
import { When } from "./when.tsx";

interface ScreenProps {
  readonly title: string;
  /** Beside the heading. */
  readonly mark?: ReactNode;
  /** When the numbers were read, milliseconds since the epoch. */
  readonly at?: number;
  /** What the numbers are of, where it is not "now". */
  readonly span?: string;
  readonly acts?: ReactNode;
  readonly children: ReactNode;
}

export function Screen({ title, mark, at, span, acts, children }: ScreenProps): ReactNode {
  const isAsking = useIsFetching() > 0;
  useEffect(() => {
    document.title = `${title} · Selvage`;
  }, [title]);
  return (
    <>
      <div className="headline">
        <h1>{title}</h1>
        {mark}
        <div className="acts">
          {acts}
          {at === undefined || at === 0 ? null : (
            <span className="quiet">
              read <When time={new Date(at).toISOString()} />
              {span === undefined ? "" : `, ${span}`}
            </span>
          )}
          <Button small disabled={isAsking} onPress={() => void queries.invalidateQueries()}>
            {isAsking ? "Asking…" : "Refresh"}
          </Button>
        </div>
      </div>
      {children}
    </>
  );
}
