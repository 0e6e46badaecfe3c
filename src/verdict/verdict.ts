// What Now says first: is something wrong, what is worst, since when, and why most likely. In the words of
// `selvage status`, because both are made of the same answers.
import type { Revision } from "../model/api/registry.ts";
import type { SignalWindow } from "../model/api/signals.ts";
import { counted } from "../model/word/plural.ts";
import type { MeshStatus } from "../status/mesh-status.ts";
import type { Unasked } from "../status/unasked.ts";
import { healthWordOf } from "./health.ts";
import { inSteadyOrder, type Passed } from "./lately.ts";
import { badge } from "./parts.ts";
import type { Drawn, Pen } from "./pen.ts";
import { troubleCard, type WayBackOf } from "./trouble-card.ts";

export interface VerdictShown extends Pick<Unasked, "withheld"> {
  readonly status: MeshStatus;
  /** The latest first. */
  readonly revisions: readonly Revision[];
  readonly window: SignalWindow | undefined;
}

/** What was told before, and is not any more. */
interface Lately {
  readonly memory: ReadonlyMap<string, Passed>;
  readonly passed: readonly Passed[];
}

export function verdictMark<N>(pen: Pen<N>, { problems: [worst] }: MeshStatus): N {
  return badge(pen, worst === undefined ? "healthy" : healthWordOf(worst.severity));
}

/** @param beside what it is seen by, where the page has room */
export function verdict<N>(
  pen: Pen<N>,
  { status, withheld, revisions, window }: VerdictShown,
  { memory, passed }: Lately,
  wayBack: WayBackOf<N>,
  beside: Drawn<N>,
): N {
  const { element } = pen;
  const cards = inSteadyOrder(memory, [...status.problems, ...status.notices]);
  return pen.group(
    withheld.length === 0
      ? null
      : element("p", { className: "quiet" }, `Your role is not told of: ${withheld.join(", ")}.`),
    element(
      "div",
      { className: "beside" },
      element(
        "section",
        { "aria-label": "What is wrong, the worst first" },
        element("p", { className: "quiet" }, window === undefined ? null : windowNote(pen, window)),
        element(
          "ol",
          { className: "stack" },
          status.problems.length > 0 ? null : nothingWrong(pen, status, passed.length > 0),
          ...cards.map((troubles) => troubleCard(pen, { troubles, revisions }, wayBack)),
          ...passed.map(({ trouble, at }) =>
            troubleCard(pen, { troubles: [trouble], revisions, passedAt: at }, wayBack),
          ),
        ),
      ),
      beside,
    ),
  );
}

function nothingWrong<N>({ element }: Pen<N>, status: MeshStatus, wasSomething: boolean): N {
  const { services, endpoints, isolates, revision } = status;
  return element(
    "li",
    { key: "nothing", className: "card healthy" },
    element("strong", {}, `Nothing is wrong${wasSomething ? " right now" : ""}.`),
    element(
      "p",
      {},
      `${counted(services, "service")}, ${counted(endpoints, "endpoint")}; ${isolates.current} of ` +
        `${counted(isolates.current + isolates.behind, "isolate")} run revision ${revision}.`,
    ),
  );
}

/** Which time the numbers of a screen are of, and how old the newest of them is. */
export function windowNote<N>(pen: Pen<N>, window: SignalWindow): N {
  return pen.element(
    "span",
    { "data-window": window.seconds },
    `numbers of the last ${lengthText(window)}, `,
    ...(window.asOf === null ? ["nothing was counted"] : ["counted ", pen.time(window.asOf)]),
  );
}

/** Which time the numbers are of. */
export function lengthText({ seconds }: SignalWindow): string {
  return seconds >= 3600 ? `${seconds / 3600} h` : `${Math.round(seconds / 60)} min`;
}
