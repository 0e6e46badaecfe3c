// A report as text to print and as CSV to reckon with.
import type { Downtime, Report, ServiceReport } from "../../model/api/signals.ts";
import { counted } from "../../model/word/plural.ts";

const ms = (value: number | null): string => (value === null ? "–" : `${value} ms`);

export function reportText({ window, items, more }: Report): string {
  const age =
    window.ageSeconds === null ? "nothing was counted yet" : `newest part ${Math.round(window.ageSeconds)} s old`;
  const head = [`Report of ${window.from} to ${window.to} (${age}, steps of ${window.resolutionSeconds} s)`];
  const notes = [
    ...(window.partial ? ["Not everyone who counts could be asked: numbers may be too small."] : []),
    ...(window.lost > 0 ? [`${counted(window.lost, "request")} were counted and could not be told, ever.`] : []),
    ...(window.folded > 0 ? [`${counted(window.folded, "request")} stand under _other.`] : []),
    ...(more > 0 ? [`${counted(more, "more service")} are not told here: ask for them by name or namespace.`] : []),
  ];
  return [...head, ...notes, ...items.flatMap(ofService)].join("\n") + "\n";
}

function ofService(item: ServiceReport): string[] {
  const { namespace, name, signals, availabilityPercent, budget, downtime, transactions, callers, endings } = item;
  const spent = budget.spentPercent === null ? "none to spend" : `${budget.spentPercent} % of it spent`;
  const lines = [
    "",
    `${namespace}/${name}`,
    `  requests      ${signals.requests} (${signals.perSecond}/s, ${signals.inFlight} at once on average)`,
    `  availability  ${availabilityPercent === null ? "–" : `${availabilityPercent} %`} (objective ${budget.objectivePercent} %: ${budget.allowed} errors allowed, ${budget.spent} made, ${spent})`,
    `  latency       p50 ${ms(signals.p50Ms)}, p90 ${ms(signals.p90Ms)}, p95 ${ms(signals.p95Ms)}, p99 ${ms(signals.p99Ms)}`,
    `  refused       ${signals.limited} by limits, ${signals.denied} without permission; ${signals.clientErrors} of 4xx in all`,
    `  down          ${downtime.length === 0 ? "never" : `${counted(item.downTimes, "time")}, ${item.downSeconds} s in all`}`,
    ...downtime.flatMap(downtimeLines),
    ...listed("transactions", transactions),
    ...listed("callers", callers),
    ...(endings.length === 0 ? [] : ["  endings"]),
    ...endings.map(
      ({ status, decision, policy, requests }) =>
        `    ${requests}  ${status} ${decision}${policy === null ? "" : ` ${policy}`}`,
    ),
  ];
  return lines;
}

function downtimeLines({ from, to, requests, errors, ongoing, causes, changes }: Downtime): string[] {
  const head = `    ${from} to ${ongoing ? "now" : to}: ${errors} of ${counted(requests, "request")} failed`;
  const changed = changes.map(
    ({ at, title, actor }) => `      changed ${at}: ${title}${actor === null ? "" : ` (${actor})`}`,
  );
  return [head].concat(
    causes.map((cause) => `      ${cause}`),
    changed,
  );
}

function listed(title: string, parts: ServiceReport["transactions"]): string[] {
  return parts.length === 0
    ? []
    : [
        `  ${title}`,
        ...parts.map(
          ({ name, signals }) =>
            `    ${signals.requests}  ${name}  errors ${signals.errorPercent} %  p50 ${ms(signals.p50Ms)}  p99 ${ms(signals.p99Ms)}`,
        ),
      ];
}

const COLUMNS =
  "namespace,service,part,name,requests,per_second,errors,error_percent,client_errors,limited,denied,mean_ms,p50_ms,p90_ms,p95_ms,p99_ms,availability_percent,down_seconds";

/** One line for each service, and one for each route and caller of it. */
export function reportCsv({ items }: Report): string {
  const lines = items.flatMap((item) => {
    const { namespace, name, signals, availabilityPercent, downSeconds } = item;
    const row = (part: string, of: string, golden: ServiceReport["signals"], more: readonly unknown[]): string => {
      const { requests, perSecond, errors, errorPercent, clientErrors, limited, denied } = golden;
      const times = [golden.meanMs, golden.p50Ms, golden.p90Ms, golden.p95Ms, golden.p99Ms];
      const counts = [requests, perSecond, errors, errorPercent, clientErrors, limited, denied];
      return [namespace, name, part, of, ...counts, ...times, ...more].map(cell).join(",");
    };
    return [
      row("service", `${namespace}/${name}`, signals, [availabilityPercent, downSeconds]),
      ...item.transactions.map((one) => row("route", one.name, one.signals, [null, null])),
      ...item.callers.map((one) => row("caller", one.name, one.signals, [null, null])),
    ];
  });
  return [COLUMNS, ...lines].join("\r\n") + "\r\n";
}

/** Spreadsheets take what begins so for a formula. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

function cell(value: unknown): string {
  if (value === null || typeof value === "number") {
    return value === null ? "" : String(value);
  }
  const text = String(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
