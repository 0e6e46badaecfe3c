// What every screen has: one heading, the page's title, how old its numbers are, and a way to ask again.
import { useEffect, type ReactNode } from "react";
import { useIsFetching } from "@tanstack/react-query";
import { askAgain, useLive } from "../data/live.ts";
import { headline } from "../../verdict/parts.ts";
import { Button } from "./button.tsx";
import { pagePen } from "./drawn.tsx";
import { When } from "./when.tsx";

interface ScreenProps {
  readonly title: string;
  /** Beside the heading. */
  readonly mark?: ReactNode;
  /** When the numbers were read, milliseconds since the epoch. */
  readonly at?: number;
  /** What the numbers are of, where it is not "now". */
  readonly span?: ReactNode;
  readonly acts?: ReactNode;
  readonly children: ReactNode;
}

export function Screen({ title, mark, at, span, acts, children }: ScreenProps): ReactNode {
  const isLive = useLive().is === "live";
  const isAsking = useIsFetching() > 0 && !isLive;
  useEffect(() => {
    document.title = `${title} · Selvage`;
  }, [title]);
  return (
    <>
      {headline(pagePen, {
        title,
        mark,
        age:
          at === undefined || at === 0 ? null : (
            <>
              {isLive ? "told" : "read"} <When time={new Date(at).toISOString()} />
              {span === undefined ? null : <>, {span}</>}
            </>
          ),
        acts,
        refresh: (
          <Button small disabled={isAsking} onPress={() => void askAgain()}>
            {isAsking ? "Asking…" : "Refresh"}
          </Button>
        ),
      })}
      {children}
    </>
  );
}
