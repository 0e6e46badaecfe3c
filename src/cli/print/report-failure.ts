// A call that failed, told on stderr: the mesh's own problem with every fault at its place in the user's files.
import { errorWord } from "../session/error-line.ts";
import { problems, type ProblemItem } from "../../model/word/problem.ts";
import type { Bundle } from "../session/bundle-sources.ts";
import type { Failure } from "../session/client.ts";
import { counted } from "../../model/word/plural.ts";
import { excerpt, type MarkedFault } from "./excerpt.ts";
import type { ExitCode } from "../session/exit-code.ts";
import type { Terminal } from "../session/terminal.ts";

/** Prints it and answers the exit code. `bundle` is what was sent, when documents were. */
export function reportFailure(failure: Failure, terminal: Terminal, bundle: Bundle | null = null): ExitCode {
  const { problem } = failure;
  if (terminal.asJson === true) {
    const { status, message, exitCode } = failure;
    const hint = failure.hint ?? hintFor(failure);
    const told = problem ?? { title: message, status, detail: message, code: null };
    terminal.err(JSON.stringify({ ...told, exitCode, ...(hint === null ? {} : { hint }) }, null, 2));
    return exitCode;
  }
  const errors = problem?.errors ?? [];
  const label = errorWord(terminal);
  if (!problem) {
    terminal.err(`${label}: ${failure.message}`);
  } else if (errors.length === 0) {
    terminal.err(`${label} [${problem.code}]: ${problem.title}. ${problem.detail}`);
  }
  for (const item of errors) {
    for (const line of excerpt(faultOf(item, problem?.code ?? null, bundle), terminal)) {
      terminal.err(line);
    }
  }
  if (problem && errors.length > 0) {
    terminal.err(summary(errors.length, problem.title));
  }
  const hint = failure.hint ?? hintFor(failure);
  if (hint !== null) {
    terminal.err(`hint: ${hint}`);
  }
  if (problem && problem.status >= 500) {
    terminal.err(`request id: ${problem.requestId}`);
  }
  return failure.exitCode;
}

function faultOf(item: ProblemItem, code: string | null, bundle: Bundle | null): MarkedFault {
  return {
    severity: "error",
    code: item.code ?? code,
    ref: null,
    message: item.detail,
    hint: item.hint ?? null,
    pointer: item.pointer,
    place: item.line === undefined ? null : (bundle?.locate(item.line, item.column) ?? null),
  };
}

const summary = (count: number, title: string): string => `${counted(count, "error")}: ${title}.`;

/** What to do in a terminal; the mesh's own words are for every medium. */
const hints: Readonly<Record<string, string>> = {
  [problems.ownedBySet.code]: "apply it with the set that owns it (--set), or take it out there first",
  [problems.stillInUse.code]:
    "selvage contract ls shows the contracts; revoke them, or apply them with another tier, first",
  [problems.noSuchStep.code]: "selvage contract ls shows the state of each contract",
  [problems.secretsFull.code]: "selvage app credentials NAME shows them; selvage app revoke NAME SECRET takes one away",
  [problems.outpaced.code]: "run the command again",
  [problems.unguarded.code]: "apply a TrafficPolicy with circuitBreaker for it first",
};

function hintFor(failure: Failure): string | null {
  const known = hints[failure.problem?.code ?? ""];
  if (known !== undefined) {
    return known;
  }
  if (failure.problem?.code === problems.pruneGuard.code) {
    return "when that is meant, say how many with --prune-max";
  }
  switch (failure.status) {
    case 401:
      return "give a token with --token or SELVAGE_TOKEN; a local mesh keeps its own in .selvage/admin-token";
    case 412:
      return "read what is there now (selvage get, selvage history), then decide again";
    case 413:
      return "apply the files in several calls";
    default:
      return null;
  }
}
