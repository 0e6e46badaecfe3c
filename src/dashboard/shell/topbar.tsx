// The top line: where one is, how the mesh is, and what the reader may choose.
import { createElement, Fragment, type ChangeEvent, type ReactNode } from "react";
import { topbar, windowChoice } from "../../verdict/shell.ts";
import { useMeshStatus } from "../data/mesh-status.ts";
import { useWho } from "../data/session.tsx";
import { changeSettings, useSettings } from "../data/settings.ts";
import { Button } from "../part/button.tsx";
import { pagePen } from "../part/drawn.tsx";
import { FollowSwitch } from "./follow-switch.tsx";

interface TopbarProps {
  readonly onPalette: () => void;
  readonly onKeys: () => void;
  readonly onSignOut: () => void;
}

const labels = { palette: undefined, keys: "Keys and settings", signOut: undefined } as const;

export function Topbar({ onPalette, onKeys, onSignOut }: TopbarProps): ReactNode {
  const who = useWho();
  const { window } = useSettings();
  const { data } = useMeshStatus();
  const acts = { palette: onPalette, keys: onKeys, signOut: onSignOut };
  return topbar(pagePen, {
    status: data?.status ?? null,
    who,
    button: (says, act) => (
      <Button small onPress={acts[act]} label={labels[act]}>
        {createElement(Fragment, null, ...says)}
      </Button>
    ),
    follow: <FollowSwitch />,
    window: windowChoice(pagePen, {
      value: window,
      onChange: (event: ChangeEvent<HTMLSelectElement>) => changeSettings({ window: event.target.value }),
    }),
  });
}
