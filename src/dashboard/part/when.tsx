// A time: how long ago, with the moment on demand. Counts on while it is looked at: one clock for all of them, and
// only those are drawn anew whose words change.
import { useSyncExternalStore, type ReactNode } from "react";
import { useSettings } from "../data/settings.ts";
import { agoText } from "../../model/word/age.ts";
import { fullTime, momentText } from "../word/when.ts";

const TICK_MS = 1_000;
const listeners = new Set<() => void>();
let clock: ReturnType<typeof setInterval> | undefined;

function onTick(listener: () => void): () => void {
  listeners.add(listener);
  clock ??= setInterval(() => listeners.forEach((one) => one()), TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(clock);
      clock = undefined;
    }
  };
}

export function When({ time }: { readonly time: string | null }): ReactNode {
  const { times } = useSettings();
  const text = useSyncExternalStore(onTick, () =>
    time === null || times === "ago" ? agoText(time, Date.now()) : fullTime(time, times),
  );
  return time === null ? (
    <span className="quiet">never</span>
  ) : (
    <time dateTime={time} title={momentText(time)}>
      {text}
    </time>
  );
}
