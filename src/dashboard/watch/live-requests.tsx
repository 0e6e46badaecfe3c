// Requests as they end: what `selvage tail` shows. Isolates judge by the filters, so what does not fit costs nothing;
// of what fits, so many a second are sent, and the rest is a number.
import { useEffect, useState, type ReactNode } from "react";
import { useSearchParams } from "wouter";
import { tinykeys } from "tinykeys";
import type { ReceiptShown } from "../../model/api/requests.ts";
import { useWho } from "../data/session.tsx";
import { useSettings } from "../data/settings.ts";
import { useStats } from "../data/signals.ts";
import { lengthText } from "../../verdict/verdict.ts";
import { Button, LinkButton } from "../part/button.tsx";
import { CommandLine } from "../part/command-line.tsx";
import { Empty } from "../part/empty.tsx";
import { FailureNote } from "../part/failure-note.tsx";
import { Modal } from "../part/modal.tsx";
import { countText, rateText } from "../word/number.ts";
import type { Rate } from "./rate.ts";
import { ReceiptView } from "./receipt-view.tsx";
import { TailBox } from "./tail-box.tsx";
import { filterOf, isNarrow, tailLine, tailQuery, withoutFilters } from "./tail-filter.ts";
import type { TailState } from "./tail-stream.ts";
import { MOST_LINES } from "./tail-lines.ts";
import { MOST_DRAWN_PER_SECOND, useTail } from "./use-tail.ts";

export function LiveRequests(): ReactNode {
  const [query, setQuery] = useSearchParams();
  const filter = filterOf(query);
  const { lines, isPaused, heldBack, state, rate, pause, resume } = useTail(tailQuery(filter));
  const [open, setOpen] = useState<ReceiptShown | null>(null);
  const turn = isPaused ? resume : pause;
  useSpace(turn);
  return (
    <>
      <div className="row">
        <Button look={isPaused ? "main" : "plain"} onPress={turn}>
          {isPaused ? `Go on (${countText(heldBack)} held back)` : "Pause"}
        </Button>
        <Pill state={state} isPaused={isPaused} heldBack={heldBack} />
      </div>
      {/* It has its place whatever it says: lines below it do not jump. */}
      <p className="says" data-rate>
        {rate === null ? "" : rateWords(rate)}
      </p>
      <CommandLine line={tailLine(filter)} />
      {state.is === "refused" ? <FailureNote failure={state.failure} /> : null}
      {lines.length > 0 ? (
        <TailBox lines={lines} isPaused={isPaused} onPause={pause} onOpen={setOpen} />
      ) : state.is === "refused" ? null : (
        <Nothing isFollowed={state.is !== "resting"} isNarrow={isNarrow(filter)}>
          <Button onPress={() => setQuery(withoutFilters(query), { replace: true })}>Take the filters away</Button>
        </Nothing>
      )}
      {open === null ? null : (
        <Modal title={`${open.method} ${open.path}`} onClose={() => setOpen(null)}>
          <ReceiptView receipt={open} />
          <div className="row">
            <LinkButton to={explainPath(open)}>Explain one like it</LinkButton>
            <Button onPress={() => setOpen(null)}>Close</Button>
          </div>
        </Modal>
      )}
    </>
  );
}

/** Space stops and goes on, unless it would press something. */
function useSpace(turn: () => void): void {
  const { keys } = useSettings();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const on = event.target instanceof HTMLElement ? event.target : null;
      if (on?.closest("button, a, input, textarea, select, summary, dialog") === null) {
        event.preventDefault();
        turn();
      }
    };
    return keys ? tinykeys(window, { Space: press }) : undefined;
  }, [turn, keys]);
}

interface PillProps {
  readonly state: TailState;
  readonly isPaused: boolean;
  readonly heldBack: number;
}

function Pill({ state, isPaused, heldBack }: PillProps): ReactNode {
  const word = isPaused && state.is === "live" ? `paused, ${countText(heldBack)} held back` : stateWords(state);
  return (
    <span className="pill" data-tail={isPaused && state.is === "live" ? "paused" : state.is}>
      <span aria-hidden="true">{isPaused ? "❚❚" : state.is === "live" ? "●" : "◌"}</span> {word}
    </span>
  );
}

function stateWords(state: TailState): string {
  switch (state.is) {
    case "live":
      return "as they end";
    case "broken":
      return `broken off, tried again (${state.attempt})`;
    case "connecting":
      return "connecting";
    case "refused":
      return "refused";
    case "resting":
      return "at rest";
  }
}

function rateWords({ live, perSecond, shownPerSecond }: Rate): string {
  if (!live) {
    return (
      "Only kept requests are shown: isolates could not be told of this watch. Eight hold at a time, and the mesh object " +
      "has to be reached."
    );
  }
  const isAll = perSecond - shownPerSecond < 0.1;
  if (isAll && shownPerSecond > MOST_DRAWN_PER_SECOND) {
    return (
      `${rateText(perSecond)} fit. ${rateText(MOST_DRAWN_PER_SECOND)} of them are drawn, the newest each time; pause for ` +
      `the last ${MOST_LINES}.`
    );
  }
  return isAll
    ? `${rateText(perSecond)} fit, and all are shown.`
    : `${rateText(perSecond)} fit, ${rateText(shownPerSecond)} are shown: more fits than is sent. Each isolate sends at ` +
        "most 50 a second of a namespace; a narrower filter shows every one that fits it.";
}

interface NothingProps {
  readonly isFollowed: boolean;
  readonly isNarrow: boolean;
  /** The way to have no filters. */
  readonly children: ReactNode;
}

function Nothing({ isFollowed, isNarrow: hasFilter, children }: NothingProps): ReactNode {
  const stats = useStats();
  const namespaces = useWho()?.namespaces ?? null;
  if (!isFollowed) {
    return <Empty cause="Nothing is shown because this page does not follow: tick Follow above, or press l." />;
  }
  const where = namespaces === null ? "the mesh" : `what you may see (${namespaces.join(", ")})`;
  const came = stats.data?.total.requests ?? null;
  const span = stats.data === undefined ? "" : lengthText(stats.data.window);
  if (came === 0) {
    const cause = `No request came to ${where} in the last ${span}. The first one is shown as it ends.`;
    return <Empty cause={cause} command={`curl -i ${location.origin}/svc/storefront/`} />;
  }
  const others = came === null ? "" : ` ${countText(came)} came to ${where} in the last ${span}.`;
  return hasFilter ? (
    <Empty cause={`No request that fits these filters has ended since you came, and none is kept.${others}`}>
      {children}
    </Empty>
  ) : (
    <Empty cause={`No request has ended since you came, and none is kept.${others}`} />
  );
}

function explainPath({ method, host, path }: ReceiptShown): string {
  return `/explain?${new URLSearchParams({ method, url: `${location.protocol}//${host}${path}` }).toString()}`;
}
