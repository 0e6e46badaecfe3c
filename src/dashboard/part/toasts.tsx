// What was done a moment ago, said politely, with the way back.
import { useSyncExternalStore, type ReactNode } from "react";
import { onTold, toldNow, untell } from "../data/told.ts";
import { Button } from "./button.tsx";

export function Toasts(): ReactNode {
  const told = useSyncExternalStore(onTold, toldNow);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {told.map(({ id, text, undo }) => (
        <div key={id} className="toast">
          <span>{text}</span>
          {undo === undefined ? null : (
            <Button
              small
              onPress={() => {
                untell(id);
                undo.run();
              }}
            >
              {undo.label}
            </Button>
          )}
          <Button small label="Close this message" onPress={() => untell(id)}>
            ✕
          </Button>
        </div>
      ))}
    </div>
  );
}
