// `selvage limit preview`: what a limit would have refused in the last hour, had its numbers been others.
import type { LimitPreviewAnswer, LimitPreviewList } from "../../model/api/limits.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { table } from "../print/table.ts";
import { age } from "../../model/word/age.ts";
import { keyText } from "../../status/key-text.ts";

export interface LimitPreviewOptions {
  readonly requests?: number;
  readonly window?: string;
  readonly burst?: number;
  readonly keys: number;
  readonly tier?: boolean;
}

/** @param named `POLICY` or `POLICY/LIMIT` */
export async function previewLimits(
  session: CliSession,
  named: string,
  { requests, window, burst, keys, tier }: LimitPreviewOptions,
): Promise<ExitCode> {
  const [policy = "", ...limit] = named.split("/");
  const query = {
    policy: `${session.namespace ?? "default"}/${policy}`,
    ...(limit.length === 0 ? {} : { limit: limit.join("/") }),
    ...(requests === undefined ? {} : { requests: String(requests) }),
    ...(window === undefined ? {} : { window }),
    ...(burst === undefined ? {} : { burst: String(burst) }),
    ...(tier === true ? { kind: "Tier" } : {}),
    keys: String(keys),
  };
  const answer = await session.client.call<LimitPreviewList>("GET", "/limits/preview", { query });
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { items } = answer.value;
  await printData(session, {
    data: answer.value,
    human: () => items.flatMap((item) => previewLines(item, Date.now())),
    names: () => items.map(({ policy: of, limit: name }) => `${of}/${name}`),
  });
  return exitCodes.ok;
}

/** Lines for people: the limit, what of all its demand would have been refused, then the keys. */
export function previewLines(item: LimitPreviewAnswer, now: number): string[] {
  const { policy, limit, mode, numbers, since, asked, keys, moreKeys, unattributed } = item;
  const what = `${policy}/${limit}: ${numbers.requests} in ${numbers.window}, ${burstText(item)}`;
  if (mode === "local") {
    return [`${what}: each isolate counts for itself (mode local), and nobody knows the demand`];
  }
  if (since === null) {
    return [`${what}: no request is known of`];
  }
  const refusedShare = `${percent(item.wouldRefuse, asked)} of ${asked} requests refused`;
  const rows = keys.map((one) => [keyText(one), ...figures(one)]);
  const total = ["(all)", ...figures(item)];
  return [
    `${what}: ${refusedShare}, since ${age(since, now)} (as it was: ${percent(item.refused, asked)})`,
    ...table(["KEY", "ASKED", "REFUSED", "WOULD REFUSE", "PEAK/S"], [...rows, total]),
    ...(moreKeys > 0 ? [`${moreKeys} more keys: --keys ${keys.length + moreKeys}`] : []),
    ...(unattributed > 0 ? [`${unattributed} requests of keys too many to keep apart count as admitted`] : []),
  ];
}

function burstText({ numbers }: LimitPreviewAnswer): string {
  return numbers.algorithm === "gcra" ? `burst ${numbers.burst}` : "fixed window";
}

function figures(of: LimitPreviewAnswer | LimitPreviewAnswer["keys"][number]): string[] {
  return [of.asked, of.refused, of.wouldRefuse, of.peakPerSecond].map(String);
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? "0" : ((100 * part) / whole).toFixed(1)} %`;
}
