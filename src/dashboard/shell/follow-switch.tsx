// Whether the page follows the mesh, how that goes, and what exactly is followed: a live view says when it is not live.
import { useState, type ChangeEvent, type ReactNode } from "react";
import { followSwitch } from "../../verdict/shell.ts";
import { followedNow, useGaps, useLive } from "../data/live.ts";
import type { FeedState } from "../data/feed-socket.ts";
import { changeSettings, useSettings } from "../data/settings.ts";
import { Button } from "../part/button.tsx";
import { DataTable } from "../part/data-table.tsx";
import { Modal } from "../part/modal.tsx";
import { pagePen } from "../part/drawn.tsx";
import { When } from "../part/when.tsx";

export function FollowSwitch(): ReactNode {
  const { follow } = useSettings();
  const state = useLive();
  const [isOpen, setOpen] = useState(false);
  const { sign, word } = follow ? told(state) : { sign: "❚❚", word: "paused" };
  return (
    <>
      {followSwitch(pagePen, {
        box: {
          checked: follow,
          onChange: (event: ChangeEvent<HTMLInputElement>) => changeSettings({ follow: event.target.checked }),
        },
        is: follow ? state.is : "paused",
        sign,
        word,
        button: (pill) => (
          <Button small onPress={() => setOpen(true)} label={`${word}: what is followed`}>
            {pill}
          </Button>
        ),
      })}
      {isOpen ? <Followed state={state} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function told(state: FeedState): { readonly sign: string; readonly word: string } {
  switch (state.is) {
    case "live":
      return { sign: "●", word: "live" };
    case "broken":
      return { sign: "◌", word: `reconnecting (${state.attempt})` };
    case "impossible":
      return { sign: "○", word: "every 10 s" };
    case "connecting":
      return { sign: "◌", word: "connecting" };
    case "resting":
      return { sign: "○", word: "at rest" };
  }
}

const about: Readonly<Record<FeedState["is"], string>> = {
  live: "One WebSocket tells what changes, a read a second at most. Whoever closes or leaves the page ends it.",
  broken: "The feed broke off. It is tried again, and the page asks by itself every ten seconds meanwhile.",
  impossible:
    "No WebSocket comes about from here: a proxy on the way may not let it through. The page asks every ten seconds.",
  connecting: "The feed is being opened.",
  resting: "Nothing is asked and nothing is told until the page follows.",
};

function Followed({ state, onClose }: { readonly state: FeedState; readonly onClose: () => void }): ReactNode {
  const gaps = useGaps();
  return (
    <Modal title="What this page follows" onClose={onClose}>
      <p>{about[state.is]}</p>
      {gaps.map(({ at, seconds }) => (
        <p key={at} className="alert degraded">
          Nothing was told for {Math.round(seconds)} s, until <When time={new Date(at).toISOString()} />.
        </p>
      ))}
      <DataTable
        caption="Reads that this screen is made of"
        rows={followedNow()}
        keyOf={({ path }) => path}
        columns={[
          { head: "Read", cell: ({ path }) => <span className="mono">{path}</span>, name: true },
          {
            head: "Told",
            cell: ({ at }) => (at === null ? "not yet" : <When time={new Date(at).toISOString()} />),
          },
        ]}
      />
      <Button onPress={onClose}>Close</Button>
    </Modal>
  );
}
