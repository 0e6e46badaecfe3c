// Golden signals of the window that the reader has chosen: one window for every number on the page.
import type { Graph, SignalWindow, Stats } from "../../model/api/signals.ts";
import { useRead, type ReadState } from "./read.ts";
import { useSettings } from "./settings.ts";

export function useStats(service?: string): ReadState<Stats> {
  const { window } = useSettings();
  return useRead<Stats>("/stats", { window, service });
}

export function useGraph(): ReadState<Graph> {
  const { window } = useSettings();
  return useRead<Graph>("/graph", { window });
}

/** Which time the numbers are of, and how old the newest is. */
export function spanText(window: SignalWindow | undefined): string | undefined {
  if (window === undefined) {
    return undefined;
  }
  const length = window.seconds >= 3600 ? `${window.seconds / 3600} h` : `${Math.round(window.seconds / 60)} min`;
  const age = window.ageSeconds === null ? "nothing was counted" : `counted ${Math.round(window.ageSeconds)} s ago`;
  return `numbers of ${length}, ${age}`;
}
