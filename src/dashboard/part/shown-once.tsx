// Secrets that are shown once: to copy, and gone when the dialog closes. They are in no cache and no address.
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { CommandLine } from "./command-line.tsx";
import { Modal } from "./modal.tsx";

interface ShownOnceProps {
  readonly title: string;
  readonly values: readonly (readonly [name: string, value: string])[];
  readonly onClose: () => void;
}

export function ShownOnce({ title, values, onClose }: ShownOnceProps): ReactNode {
  return (
    <Modal title={title} onClose={onClose}>
      <p>This is shown once. The mesh keeps only a digest of it.</p>
      {values.map(([name, value]) => (
        <div key={name}>
          <h3>{name}</h3>
          <CommandLine line={value} />
        </div>
      ))}
      <Button look="main" onPress={onClose}>
        I have it
      </Button>
    </Modal>
  );
}
