// Parts of one screen, each with an address of its own.
import type { ReactNode } from "react";
import { Link, useSearchParams } from "wouter";

/** The tab that the address names, else the first. */
export function useTab<Name extends string>(names: readonly Name[]): Name {
  const [query] = useSearchParams();
  return names.find((name) => name === query.get("tab")) ?? (names[0] as Name);
}

export function Tabs({
  names,
  base,
  current,
  keep,
}: {
  readonly names: readonly string[];
  readonly base: string;
  readonly current: string;
  /** What of the address is said of every tab. */
  readonly keep?: URLSearchParams;
}): ReactNode {
  const addressOf = (name: string): string => {
    const query = new URLSearchParams(keep);
    query.set("tab", name);
    return `${base}?${query.toString()}`;
  };
  return (
    <nav className="tabs" aria-label="Parts of this screen">
      {names.map((name) => (
        <Link key={name} href={addressOf(name)} aria-current={name === current ? "page" : undefined}>
          {name === "yaml" ? "YAML" : `${name.charAt(0).toUpperCase()}${name.slice(1)}`}
        </Link>
      ))}
    </nav>
  );
}
