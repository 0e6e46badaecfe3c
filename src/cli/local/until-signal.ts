// For commands in the foreground: the first signal, or the end of npm, ends them; another one ends the process at once.
import { watchNpm } from "./npm-watch.ts";

export function untilSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let askedAt: number | null = null;
  const end = (): void => {
    if (askedAt !== null) {
      // At Ctrl-C the terminal and npm may both send one: that is not impatience.
      if (performance.now() - askedAt > 1_000) {
        process.exit(1);
      }
      return;
    }
    askedAt = performance.now();
    stopWatching();
    resolve();
  };
  const stopWatching = watchNpm(end);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, end);
  }
  return promise;
}
