// `selvage tail` and `selvage logs SERVICE`: requests as they end. A connection that ends is made again, later
// each time, and the gap is marked; it never ends silently.
import { setTimeout as sleep } from "node:timers/promises";
import type { ReceiptShown } from "../../model/api/requests.ts";
import { untilSignal } from "../local/until-signal.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";
import { resourcePath } from "../session/resource-path.ts";
import { refOf, scopedName } from "../../model/word/refs.ts";
import { wrong } from "../write/write-one.ts";
import { readEvents } from "../session/events.ts";

export interface TailOptions {
  readonly service?: string;
  readonly status?: number;
  readonly errors?: boolean;
  readonly method?: string;
  /** As it begins. */
  readonly path?: string;
  readonly caller?: string;
  /** Ends with the first connection: for programs and tests. */
  readonly once?: boolean;
}

const WAITS_S = [1, 2, 4, 8, 16];
const LONGEST_S = 30;

/** `selvage logs SERVICE`: of a service that there is, since one that is misspelt has no requests for ever. */
export async function logsCommand(session: CliSession, service: string, options: TailOptions): Promise<ExitCode> {
  const { namespace, name } = scopedName(service, session.namespace ?? "default");
  if (name === "" || namespace === "" || name.includes("/")) {
    return wrong(session, `"${service}" does not name a service; write NAME or NAMESPACE/NAME`);
  }
  const known = await session.client.call("GET", resourcePath(refOf("Service", namespace, name)));
  if (!known.ok && known.failure.status !== null && known.failure.status < 500) {
    return reportFailure(known.failure, session.terminal);
  }
  return tailCommand({ ...session, namespace }, { ...options, service: name });
}

/** @param wait until the next try */
export async function tailCommand(
  session: CliSession,
  options: TailOptions,
  wait: (ms: number, signal: AbortSignal) => Promise<unknown> = (ms, signal) => sleep(ms, undefined, { signal }),
): Promise<ExitCode> {
  const { client, terminal, namespace } = session;
  const stopping = new AbortController();
  void untilSignal().then(() => stopping.abort());
  let cursor: string | undefined;
  let failures = 0;
  let lostAt: number | null = null;
  const meter = rateMeter();
  while (!stopping.signal.aborted) {
    const query = {
      namespace: namespace ?? undefined,
      service: options.service,
      method: options.method?.toUpperCase(),
      path: options.path,
      caller: options.caller,
      status: options.errors === true ? 500 : options.status,
      cursor,
    };
    const opened = await client.stream("/tail", query, stopping.signal);
    const status = opened.ok ? null : opened.failure.status;
    // Others tail as well, for now (429), or the mesh is unwell: neither is for good.
    if (!opened.ok && status !== null && status < 500 && status !== 429) {
      return reportFailure(opened.failure, terminal);
    }
    if (opened.ok) {
      if (lostAt !== null) {
        terminal.err(
          `-- disconnected ${Math.round((Date.now() - lostAt) / 1000)} s; what was kept meanwhile follows, the rest is not known --`,
        );
        lostAt = null;
      }
      failures = 0;
      for await (const { event, id, data } of readEvents(opened.body)) {
        cursor = id ?? cursor;
        const value: unknown = JSON.parse(data);
        if (event === "request") {
          await show(session, value as ReceiptShown, data);
        } else if (event === "meter") {
          meter.read(value as Meter).forEach((line) => terminal.err(line));
        }
      }
      if (options.once === true) {
        return exitCodes.ok;
      }
      continue;
    }
    lostAt ??= Date.now();
    const waitS = WAITS_S[failures] ?? LONGEST_S;
    failures += 1;
    terminal.err(`-- ${opened.failure.message}; again in ${waitS} s --`);
    await wait(waitS * 1000, stopping.signal).catch(() => undefined);
  }
  return exitCodes.ok;
}

/** JSON a line each, YAML a document each. */
async function show(session: CliSession, receipt: ReceiptShown, data: string): Promise<void> {
  const { output, terminal } = session;
  if (output === "json") {
    terminal.out(data);
    return;
  }
  if (output === "yaml") {
    terminal.out("---");
  }
  await printData(session, {
    data: receipt,
    human: () => [lineOf(receipt)],
    names: () => [`request/${receipt.requestId}`],
  });
}

interface Meter {
  readonly shown: number;
  /** Absent = a mesh of an earlier release, which has no more than kept requests. */
  readonly live?: boolean;
  readonly matched?: number;
  readonly dropped: number;
}

const EVERY = 10;

/** What there is to say of a second: what was not shown, and now and then how many there are. */
function rateMeter(): { read(meter: Meter): readonly string[] } {
  let wasLive: boolean | null = null;
  let seconds = 0;
  let sum = 0;
  return {
    read({ live = false, matched = 0, shown, dropped }) {
      const lines: string[] = [];
      if (live !== wasLive) {
        wasLive = live;
        lines.push(...(live ? [] : ["-- only kept requests are shown: isolates could not be told of this watch --"]));
      }
      seconds += 1;
      sum += matched;
      if (dropped > 0) {
        lines.push(
          live
            ? `-- ${matched} in a second, ${shown} of them shown: there are too many --`
            : `-- ${dropped} more were not kept: there were too many --`,
        );
      }
      if (seconds % EVERY === 0) {
        lines.push(...(live ? [`-- ${(sum / EVERY).toFixed(1)} a second --`] : []));
        sum = 0;
      }
      return lines;
    },
  };
}

/** `12:00:00.000 anonymous -> shop/orders v1 GET /orders 200 12 ms forwarded id`. */
function lineOf({
  at,
  caller,
  service,
  version,
  method,
  path,
  status,
  tookMs,
  decision,
  code,
  requestId,
}: ReceiptShown): string {
  const to = service === "" ? "nowhere" : `${service}${version === null ? "" : ` ${version}`}`;
  return `${at.slice(11, 23)} ${caller} -> ${to} ${method} ${path} ${status} ${tookMs} ms ${code ?? decision} ${requestId}`;
}
