// The access log: one line of JSON for a request, or for a share of them, in the platform's log or, with OTLP_LOGS, at
// the operator's collector. Nobody waits for it.
import type { AccessLine } from "../../observe/export/access-line.ts";
import { settingsOf } from "../../env/settings.ts";
import { exportItems } from "../../observe/export/send.ts";
import { LOGS } from "../../observe/export/logs.ts";
import type { Counting } from "./exchange.ts";

export function writeAccess({ state, env, ctx, ports }: Counting, line: AccessLine): void {
  const { otlp, trustDomain } = settingsOf(env);
  if (otlp?.logs === true) {
    const { now, random, sleep, fetch } = ports;
    ctx.waitUntil(
      exportItems(state.logging.exporting, [line], LOGS, { ...otlp, mesh: trustDomain, now, random, sleep, fetch }),
    );
    return;
  }
  // oxlint-disable-next-line no-console -- the log is what was asked for
  console.log(JSON.stringify(line));
}
