// The page's hand: React draws what the Worker draws as markup into the document. Two of its parts as components.
import { createElement, Fragment, type ReactNode } from "react";
import { Link } from "wouter";
import type { ShownHealth } from "../../verdict/health.ts";
import { badge } from "../../verdict/parts.ts";
import type { Pen } from "../../verdict/pen.ts";
import { refLink } from "../../verdict/trouble-card.ts";
import { CopyButton } from "./button.tsx";
import { When } from "./when.tsx";

export const pagePen: Pen<ReactNode> = {
  element: (tag, attributes, ...children) => createElement(tag, attributes, ...children),
  link: (path, attributes, ...children) => createElement(Link, { ...attributes, href: path }, ...children),
  group: (...children) => createElement(Fragment, null, ...children),
  time: (time) => <When time={time} />,
  copy: (label, text) => <CopyButton label={label} text={text} />,
};

interface HealthBadgeProps {
  readonly word: ShownHealth;
  readonly children?: ReactNode;
}

/** A state as word and sign. */
export function HealthBadge({ word, children }: HealthBadgeProps): ReactNode {
  return badge(pagePen, word, children ?? word);
}

interface RefLinkProps {
  readonly reference: string;
  readonly bare?: boolean;
}

/** A document by its ref, as a link to its screen. */
export function RefLink({ reference, bare = false }: RefLinkProps): ReactNode {
  return refLink(pagePen, reference, bare);
}
