// The lines of a tail in a box of their own, the newest last. It stays with the newest until the reader scrolls up,
// which stops it: what one reads does not run away. While it runs, only what can be in sight is drawn.
import { memo, useLayoutEffect, useRef, type ReactNode, type UIEvent } from "react";
import type { ReceiptShown } from "../../model/api/requests.ts";
import { HealthBadge } from "../part/drawn.tsx";
import { useSettings } from "../data/settings.ts";
import { msText } from "../word/number.ts";
import { clockWithMs, momentText } from "../word/when.ts";
import { statusHealth } from "./status-health.ts";
import { MOST_RUNNING, type TailLine } from "./tail-lines.ts";

interface TailBoxProps {
  readonly lines: readonly TailLine[];
  readonly isPaused: boolean;
  readonly onPause: () => void;
  readonly onOpen: (receipt: ReceiptShown) => void;
}

/** Nearer than that to the end is at the end. */
const END_PX = 8;

export function TailBox({ lines, isPaused, onPause, onOpen }: TailBoxProps): ReactNode {
  const { times } = useSettings();
  const box = useRef<HTMLDivElement>(null);
  const top = useRef(0);
  const fromEnd = useRef(0);
  const drawn = isPaused ? lines : lines.slice(-MOST_RUNNING);
  useLayoutEffect(() => {
    if (box.current !== null) {
      // Stopped, it has its older lines above: what is in sight stays where it is.
      const distance = isPaused ? fromEnd.current : box.current.clientHeight;
      box.current.scrollTop = box.current.scrollHeight - distance;
      top.current = box.current.scrollTop;
    }
  }, [lines, isPaused]);
  const scrolled = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent): void => {
    fromEnd.current = scrollHeight - scrollTop;
    if (!isPaused && scrollTop < top.current - END_PX && fromEnd.current - clientHeight > END_PX) {
      onPause();
    }
    top.current = scrollTop;
  };
  return (
    <div
      className="tail"
      ref={box}
      tabIndex={0}
      role="region"
      aria-label="Requests, the newest last"
      onScroll={scrolled}
    >
      <ol className="lines">
        {drawn.map((line) =>
          "receipt" in line ? (
            <Line key={line.nth} receipt={line.receipt} isLocal={times === "local"} onOpen={onOpen} />
          ) : (
            <li key={line.nth} className="mark">
              — {line.mark} —
            </li>
          ),
        )}
      </ol>
    </div>
  );
}

interface LineProps {
  readonly receipt: ReceiptShown;
  readonly isLocal: boolean;
  readonly onOpen: (receipt: ReceiptShown) => void;
}

const Line = memo(function Line({ receipt, isLocal, onOpen }: LineProps): ReactNode {
  const { at, status, method, host, path, service, version, caller, decision, code, tookMs } = receipt;
  return (
    <li>
      <button type="button" onClick={() => onOpen(receipt)}>
        <time dateTime={at} title={momentText(at)}>
          {clockWithMs(at, isLocal)}
        </time>
        <HealthBadge word={statusHealth(status)}>{status}</HealthBadge>
        <span className="what">
          {method} <span className="quiet">{host}</span>
          {path}
        </span>
        <span>
          {caller} → {service === "" ? "nowhere" : `${service}${version === null ? "" : ` ${version}`}`}
        </span>
        <span>
          {code ?? decision}, {msText(tookMs)}
        </span>
      </button>
    </li>
  );
});
