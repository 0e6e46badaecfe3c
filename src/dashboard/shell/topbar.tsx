// The top line: where one is, how the mesh is, and what the reader may choose.
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useMeshStatus } from "../data/mesh-status.ts";
import { useWho } from "../data/session.tsx";
import { changeSettings, useSettings, windows } from "../data/settings.ts";
import { Button } from "../part/button.tsx";
import { healthSummary } from "../word/health.ts";
import { FollowSwitch } from "./follow-switch.tsx";

interface TopbarProps {
  readonly onPalette: () => void;
  readonly onKeys: () => void;
  readonly onSignOut: () => void;
}

export function Topbar({ onPalette, onKeys, onSignOut }: TopbarProps): ReactNode {
  const who = useWho();
  const { window } = useSettings();
  const { data } = useMeshStatus();
  return (
    <header className="topbar">
      <Link href="/now" className="brand">
        Selvage
      </Link>
      {data === undefined ? null : (
        <span className="quiet">
          <span className="mono">rev {data.status.revision}</span> · {healthSummary(data.status)}
        </span>
      )}
      <span className="spread" />
      <Button small onPress={onPalette}>
        Search or do… <kbd>⌘K</kbd>
      </Button>
      <FollowSwitch />
      <label>
        <span className="hidden">Numbers of the last</span>
        <select value={window} onChange={(event) => changeSettings({ window: event.target.value })}>
          {windows.map((one) => (
            <option key={one} value={one}>
              last {one}
            </option>
          ))}
        </select>
      </label>
      <Button small onPress={onKeys} label="Keys and settings">
        ?
      </Button>
      <span>
        {who?.name} <span className="quiet">{who?.role}</span>
      </span>
      <Button small onPress={onSignOut}>
        Sign out
      </Button>
    </header>
  );
}
