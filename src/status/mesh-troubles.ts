// The mesh itself: not ready, set back, or some isolate that does not follow.
import { SET_BACK } from "./set-back.ts";
import { counted } from "../model/word/plural.ts";
import type { Readiness } from "../model/api/operators.ts";
import type { MeshKnown } from "./mesh-read.ts";
import type { Trouble } from "./trouble.ts";

/** Isolates ask every two seconds while they serve: a younger revision is on its way, and nothing is wrong. */
const ON_ITS_WAY_MS = 10_000;

export function meshTroubles(read: MeshKnown): Trouble[] {
  const found: Trouble[] = [];
  const say = (severity: Trouble["severity"], message: string, command: string | null): void =>
    void found.push({ severity, ref: null, message, since: null, command });
  const { readiness: asked } = read;
  const readiness = asked?.ok === true ? asked.value : null;
  if (asked?.ok === false) {
    say("down", asked.failure.message, "selvage check");
  } else if (readiness?.ready === false) {
    const { registry, stale } = readiness;
    const reason = registry === "unreachable" ? "the registry cannot be reached" : "it serves no configuration yet";
    say("down", `the mesh is not ready: ${stale ? "its configuration is stale" : reason}`, "selvage check");
  }
  const fault = readiness?.control === undefined ? null : controlFault(readiness.control);
  if (fault !== null) {
    say("degraded", fault, "selvage check");
  }
  const propagation = read.propagation?.ok === true ? read.propagation.value : null;
  if (readiness?.setBack === true || propagation?.setBack === true) {
    say("down", SET_BACK, "selvage registry adopt");
  } else if (propagation !== null && !propagation.complete) {
    const { ageMs, behind, current, head, isolates } = propagation;
    const which = isolates
      .filter(({ revision }) => revision < head)
      .map(({ edge, colo, isolate }) => edge ?? colo ?? isolate);
    const names = which.length === 0 ? "" : ` (${which.slice(0, 5).join(", ")}${which.length > 5 ? " …" : ""})`;
    const message = `${behind} of ${counted(behind + current, "isolate")} do not run revision ${head} yet${names}`;
    const isOnItsWay = ageMs !== null && ageMs < ON_ITS_WAY_MS;
    say(isOnItsWay ? "notice" : "degraded", message, "selvage check");
  }
  return found;
}

/** What is wrong between the two Workers, in words; null = nothing. */
export function controlFault({ reachable, differs }: NonNullable<Readiness["control"]>): string | null {
  if (!reachable) {
    return "the control plane's own Worker does not answer: requests go on, changes do not";
  }
  return differs.length === 0
    ? null
    : `the control plane's own Worker has other values of ${differs.join(", ")} than the one that serves traffic`;
}
