// Whether somebody may be looking at the page.
import { useSyncExternalStore } from "react";

function onSight(listener: () => void): () => void {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
}

export const useInSight = (): boolean => useSyncExternalStore(onSight, () => document.visibilityState === "visible");
