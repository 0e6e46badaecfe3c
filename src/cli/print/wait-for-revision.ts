// `--wait`: until every isolate that asked lately runs the revision. Progress on stderr; gives up after its time.
import { setTimeout as sleep } from "node:timers/promises";
import type { Propagation } from "../../model/api/registry.ts";
import { SET_BACK } from "../../status/set-back.ts";
import { counted } from "../../model/word/plural.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { reportFailure } from "./report-failure.ts";
import type { CliSession } from "../session/session.ts";

const INTERVAL_MS = 200;

/** Answers `ok`, or `unavailable` when some isolate is still behind after `timeoutSeconds`. */
export async function waitForRevision(
  session: CliSession,
  revision: number,
  timeoutSeconds: number,
): Promise<ExitCode> {
  const { client, terminal } = session;
  const started = performance.now();
  let said = "";
  for (;;) {
    const answer = await client.call<Propagation>("GET", `/revisions/${revision}/propagation`);
    if (!answer.ok) {
      return reportFailure(answer.failure, terminal);
    }
    const { complete, current, behind, setBack } = answer.value;
    if (setBack) {
      terminal.err(SET_BACK);
      return exitCodes.unavailable;
    }
    const line =
      current + behind === 0
        ? "propagation: no isolate has served traffic lately, none is behind"
        : `propagation: ${current} of ${counted(current + behind, "isolate")} at revision ${revision}`;
    if (line !== said) {
      terminal.err(line);
    }
    said = line;
    if (complete) {
      return exitCodes.ok;
    }
    if (performance.now() - started > timeoutSeconds * 1000) {
      terminal.err(`gave up after ${timeoutSeconds} s; selvage status tells which isolates are behind`);
      return exitCodes.unavailable;
    }
    await sleep(INTERVAL_MS);
  }
}
