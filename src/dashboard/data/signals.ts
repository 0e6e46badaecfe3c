// Golden signals of the window that the reader has chosen: one window for every number on the page.
import type { Graph, Stats } from "../../model/api/signals.ts";
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
