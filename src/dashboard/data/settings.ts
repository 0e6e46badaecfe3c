// What a reader has chosen, kept in this browser: theme, single-letter keys, the window of numbers, whether the page
// follows the mesh. An address may name the window and the clock (`?window=1h&times=utc`), so that who is sent it sees
// the same.
import { useSyncExternalStore } from "react";
import { windows } from "../../verdict/shell.ts";

export interface ReaderSettings {
  readonly theme: "system" | "light" | "dark" | "contrast";
  /** Single-letter keys; whoever dictates or uses a switch turns them off. */
  readonly keys: boolean;
  /** What is shown follows the mesh while the page is looked at. */
  readonly follow: boolean;
  /** How moments are said: how long ago, or as the clock stood, here or in UTC. */
  readonly times: "ago" | "utc" | "local";
  /** Which time every number is of. */
  readonly window: string;
}

export const allTimes: readonly ReaderSettings["times"][] = ["ago", "utc", "local"];

const KEY = "selvage-settings";
const YEAR_SECONDS = 31_536_000;
const usual: ReaderSettings = { theme: "system", keys: true, follow: true, times: "ago", window: "15m" };
const listeners = new Set<() => void>();
let settings = stored();

function stored(): ReaderSettings {
  try {
    return { ...usual, ...JSON.parse(localStorage.getItem(KEY) ?? "{}"), ...named() };
  } catch {
    return { ...usual, ...named() };
  }
}

function named(): Partial<ReaderSettings> {
  const query = new URLSearchParams(location.search);
  const window = windows.find((one) => one === query.get("window"));
  const times = allTimes.find((one) => one === query.get("times"));
  return { ...(window === undefined ? {} : { window }), ...(times === undefined ? {} : { times }) };
}

/** The address of what is shown, window and clock with it: whoever is sent it sees the same. */
export function addressToShare(): string {
  const address = new URL(location.href);
  address.searchParams.set("window", settings.window);
  address.searchParams.set("times", settings.times);
  return address.href;
}

/** An address that names what is chosen otherwise now says that: opened again, it shows the same. */
function renameInAddress(): void {
  const address = new URL(location.href);
  const before = address.href;
  for (const name of ["window", "times"] as const) {
    if (address.searchParams.has(name)) {
      address.searchParams.set(name, settings[name]);
    }
  }
  if (address.href !== before) {
    history.replaceState(history.state, "", address);
  }
}

export function changeSettings(change: Partial<ReaderSettings>): void {
  settings = { ...settings, ...change };
  localStorage.setItem(KEY, JSON.stringify(settings));
  renameInAddress();
  showTheme();
  listeners.forEach((listener) => listener());
}

export function useSettings(): ReaderSettings {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => settings,
  );
}

export const settingsNow = (): ReaderSettings => settings;

/** The system's wish, where the reader has none. */
export function showTheme(): void {
  const asks = (query: string): boolean => window.matchMedia(query).matches;
  const system = asks("(prefers-contrast: more)")
    ? "contrast"
    : asks("(prefers-color-scheme: dark)")
      ? "dark"
      : "light";
  const { theme } = settings;
  document.documentElement.dataset.theme = theme === "system" ? system : theme;
  // The document comes in it the next time: what stands there before any script must not flash.
  const [value, seconds] = theme === "system" ? ["", 0] : [theme, YEAR_SECONDS];
  document.cookie = `selvage-theme=${value}; path=/_selvage/ui; samesite=strict; max-age=${seconds}`;
}
