// A time: how long ago, with the moment on demand. Counts on while it is looked at.
import { useEffect, useState, type ReactNode } from "react";
import { agoText, momentText } from "../word/when.ts";

const TICK_MS = 10_000;

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function When({ time }: { readonly time: string | null }): ReactNode {
  const now = useNow();
  if (time === null) {
    return <span className="quiet">never</span>;
  }
  return (
    <time dateTime={time} title={momentText(time)}>
      {agoText(time, Math.max(now, Date.now()))}
    </time>
  );
}
