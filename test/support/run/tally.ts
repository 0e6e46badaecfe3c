// Counts what a vitest run did, tests and whatever else can go wrong beside them, and says what was skipped and why.
import type { Reporter } from "vitest/node";

/** What of an error is told here. */
type Said = Pick<Error, "message">;

/** A command that failed says why in its last lines, so that the first one alone tells nothing. */
const LONGEST_CHARACTERS = 600;

type Modules = Parameters<NonNullable<Reporter["onTestRunEnd"]>>[0];

export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  /** One line for each skipped test, with the reason it gave. */
  readonly skips: string[];
  /** One line for each failure: where, and what was said, shortened. */
  readonly failures: string[];
}

/** The line that CI reads, alone at the end of the output. */
export const lastLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;

/**
 * Adds a finished run to the tally. A module that could not be loaded, a suite whose hook failed, an error outside of
 * any test and a test that never finished count as failures: none of them may hide behind a green list of tests.
 */
export function count(tally: Tally, modules: Modules, unhandled: readonly Said[]): void {
  fail(tally, "outside of any test", unhandled);
  for (const module of modules) {
    const place = module.relativeModuleId;
    fail(tally, place, module.errors());
    for (const suite of module.children.allSuites()) {
      fail(tally, `${place} > ${suite.fullName}`, suite.errors());
    }
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === "passed") {
        tally.passed += 1;
      } else if (result.state === "skipped") {
        tally.skipped += 1;
        tally.skips.push(`${place} > ${test.fullName}: ${result.note ?? "no reason given"}`);
      } else {
        const said = result.state === "failed" ? result.errors[0] : undefined;
        fail(tally, `${place} > ${test.fullName}`, [said ?? { message: "never finished" }]);
      }
    }
  }
}

function fail(tally: Tally, place: string, errors: readonly Said[]): void {
  for (const { message } of errors) {
    tally.failed += 1;
    const lines = message.split("\n").filter((line) => line.trim() !== "");
    tally.failures.push(`${place}: ${lines.join(" | ").slice(0, LONGEST_CHARACTERS)}`);
  }
}
