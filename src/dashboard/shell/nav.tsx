// The way between screens.
import type { ReactNode } from "react";
import { useLocation } from "wouter";
import { navigation } from "../../verdict/shell.ts";
import { pagePen } from "../part/drawn.tsx";

export function Nav(): ReactNode {
  const [path] = useLocation();
  return navigation(pagePen, path);
}
