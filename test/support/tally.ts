// Counts what a vitest run did, tests and whatever else can go wrong beside them, and says what was skipped and why.
import type { Reporter } from "vitest/node";

type Modules = Parameters<NonNullable<Reporter["onTestRunEnd"]>>[0];

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** One line for each skipped test, with the reason it gave. */
  readonly skips: string[];
}

/** The line that CI reads, alone at the end of the output. */
export const lastLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

/**
 * Adds a finished run to the tally. A module that could not be loaded, a suite whose hook failed, an error outside of
 * any test and a test that never finished count as failures: none of them may hide behind a green list of tests.
 */
export function count(tally: Tally, modules: Modules, unhandled: number): void {
  tally.failed += unhandled;
  for (const module of modules) {
    tally.failed += module.errors().length;
    for (const suite of module.children.allSuites()) {
      tally.failed += suite.errors().length;
    }
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === "passed") {
        tally.passed += 1;
      } else if (result.state === "skipped") {
        tally.skipped += 1;
        tally.skips.push(`${module.relativeModuleId} > ${test.fullName}: ${result.note ?? "no reason given"}`);
      } else {
        tally.failed += 1;
      }
    }
  }
}
