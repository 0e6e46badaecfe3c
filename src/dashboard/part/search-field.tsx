// The field that narrows a list; what is typed is in the address, so that it can be sent to somebody.
import type { ReactNode } from "react";

interface SearchFieldProps {
  readonly name: string;
  readonly typed: string;
  readonly onType: (text: string) => void;
  readonly label: string;
}

export function SearchField({ name, typed, onType, label }: SearchFieldProps): ReactNode {
  const type = (text: string): void => {
    onType(text);
    const url = new URL(window.location.href);
    if (text === "") {
      url.searchParams.delete(name);
    } else {
      url.searchParams.set(name, text);
    }
    window.history.replaceState(window.history.state, "", url);
  };
  return (
    <p>
      <input
        type="search"
        data-search
        aria-label={label}
        placeholder="Search ( / )"
        value={typed}
        onChange={(event) => type(event.target.value)}
      />
    </p>
  );
}
