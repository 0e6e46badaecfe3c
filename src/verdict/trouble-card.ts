// One thing that is wrong: how bad, since when, what is said of it, what changed before, and the command for more.
import type { Revision } from "../model/api/registry.ts";
import { documentPath } from "../model/word/screen-paths.ts";
import { partsOfRef } from "../model/word/refs.ts";
import type { Trouble } from "../status/trouble.ts";
import { healthWordOf } from "./health.ts";
import { badge, commandLine, said } from "./parts.ts";
import type { Pen } from "./pen.ts";

/** A change that came shortly before the trouble is worth a look; nothing is claimed beyond that. */
const NEAR_MS = 600_000;
const STEP_MS = 10_000;

/** What can be done about a service, given the change that most likely made it so; if none is named, the one before. */
export type WayBackOf<N> = (reference: string, before: Revision | undefined) => N;

interface TroubleShown {
  /** Of one thing, the worst first. */
  readonly troubles: readonly [Trouble, ...Trouble[]];
  /** The latest first. */
  readonly revisions: readonly Revision[];
  /** When it was told last, milliseconds since the epoch, where it is not told any more. */
  readonly passedAt?: number;
}

export function troubleCard<N>(pen: Pen<N>, { troubles, revisions, passedAt }: TroubleShown, wayBack: WayBackOf<N>): N {
  const { element } = pen;
  const [{ ref, severity, message, command }, ...others] = troubles;
  const word = healthWordOf(severity);
  const since = troubles.flatMap((one) => one.since ?? []).toSorted()[0] ?? null;
  const before = since === null ? undefined : changeBefore(Date.parse(since), revisions);
  const [cause] = troubles.flatMap((one) => one.cause ?? []);
  // Where something else is named, to go back behind a change that only came close would be a step in the dark.
  const backBehind = cause === undefined ? before : revisions.find(({ at }) => at === cause.at);
  const isPassed = passedAt !== undefined;
  const when = isPassed
    ? ["last told ", pen.time(new Date(passedAt).toISOString())]
    : since === null
      ? []
      : ["since ", pen.time(since)];
  return element(
    "li",
    { key: `${isPassed ? "passed " : ""}${ref ?? ""}`, className: `card ${isPassed ? "notice" : word}` },
    element(
      "div",
      { className: "row" },
      badge(pen, isPassed ? "notice" : word, isPassed ? `was ${word}` : word),
      element("strong", {}, ref === null ? "the mesh" : refLink(pen, ref)),
      element("span", { className: "quiet" }, ...when),
    ),
    // What has one height comes first: words that come later then push nothing of it about.
    element("p", { className: "says" }, said(pen, message)),
    ref !== null && ref.startsWith("Service/") ? wayBack(ref, backBehind) : null,
    command === null ? null : commandLine(pen, command),
    ...others.map((one) => element("p", { key: one.message }, said(pen, one.message))),
    before === undefined ? null : shortlyBefore(pen, before),
  );
}

function shortlyBefore<N>(pen: Pen<N>, { revision, actor, reason }: Revision): N {
  return pen.element(
    "p",
    {},
    "Shortly before: ",
    pen.link(`/history/${revision}`, {}, `revision ${revision} by ${actor}`),
    reason === null ? null : `: ${reason}`,
  );
}

/** A document by its ref, as a link to its screen. */
export function refLink<N>(pen: Pen<N>, reference: string, isBare = false): N {
  const { kind, namespace, name } = partsOfRef(reference);
  return pen.link(documentPath(reference), {}, `${isBare ? "" : `${kind} `}${namespace}/${name}`);
}

/** The one that came last before it: steps of time are ten seconds long, so a little after counts, too. */
function changeBefore(since: number, revisions: readonly Revision[]): Revision | undefined {
  return revisions.find(({ at }) => Date.parse(at) <= since + STEP_MS && since - Date.parse(at) < NEAR_MS);
}
