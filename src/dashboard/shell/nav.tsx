// The way between screens.
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { screens } from "../../model/word/screens.ts";

export function Nav(): ReactNode {
  const [path] = useLocation();
  const isHere = (of: string): boolean => path === of || path.startsWith(`${of}/`) || (path === "/" && of === "/now");
  return (
    <nav className="sidebar" aria-label="Screens">
      <ul>
        {screens.map(({ path: to, title, key }) => (
          <li key={to}>
            <Link href={to} aria-current={isHere(to) ? "page" : undefined}>
              {title}
              <span className="hint" aria-hidden="true">
                g {key}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
