// ⌘K: one field that leads to every screen, service and document. An ARIA combobox: arrows move, Enter goes.
import { useMemo, useState, type KeyboardEvent, type ReactNode } from "react";
import { useMeshStatus } from "../data/mesh-status.ts";
import { Modal } from "../part/modal.tsx";
import { matching, namedFirst } from "../word/matching.ts";
import type { Resource } from "../../model/api/resource.ts";
import { refOfDocument } from "../../model/word/refs.ts";
import { documentPath } from "../../model/word/screen-paths.ts";
import { screens } from "../../model/word/screens.ts";

interface Target {
  readonly to: string;
  readonly text: string;
  readonly more: string;
}

const MOST = 12;

const toScreens: readonly Target[] = screens.map(({ path, title, about }) => ({ to: path, text: title, more: about }));

const toDocument = (one: Resource): Target => ({
  to: documentPath(refOfDocument(one)),
  text: `${one.metadata.namespace}/${one.metadata.name}`,
  more: one.kind,
});

interface PaletteProps {
  readonly go: (path: string) => void;
  readonly onClose: () => void;
}

export function Palette({ go, onClose }: PaletteProps): ReactNode {
  const { data } = useMeshStatus();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const resources = data?.mesh.resources;
  const all = useMemo(
    () => [...toScreens, ...(resources?.ok === true ? resources.value.items.map(toDocument) : [])],
    [resources],
  );
  const found = useMemo(
    () =>
      namedFirst(
        matching(all, typed, ({ text, more }) => `${text} ${more}`),
        typed,
        ({ text }) => text,
      ).slice(0, MOST),
    [all, typed],
  );
  const take = (target: Target | undefined): void => {
    if (target !== undefined) {
      onClose();
      go(target.to);
    }
  };
  const press = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((now) => Math.min(Math.max(now + step, 0), found.length - 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(found[at]);
    }
  };
  return (
    <Modal title="Go to" onClose={onClose} look="palette">
      <input
        type="text"
        role="combobox"
        aria-label="Screen, service or document"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[at] === undefined ? undefined : `palette-${at}`}
        autoComplete="off"
        value={typed}
        onKeyDown={press}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
      />
      <ul id="palette-list" role="listbox" aria-label="Found">
        {found.map((target, index) => (
          <li
            key={target.to}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => take(target)}
          >
            <span>{target.text}</span>
            <span>{target.more}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 ? <p className="quiet">Nothing is called like that.</p> : null}
    </Modal>
  );
}
