// The frame around every screen: who is signed in, the way between screens, keys, palette and messages.
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { frame } from "../../verdict/shell.ts";
import { useFollowing } from "../data/live.ts";
import { queries } from "../data/queries.ts";
import { pagePen } from "../part/drawn.tsx";
import { Toasts } from "../part/toasts.tsx";
import { KeySheet, useKeys } from "./keys.tsx";
import { Nav } from "./nav.tsx";
import { Palette } from "./palette.tsx";
import { Signed } from "./signed.tsx";
import { Topbar } from "./topbar.tsx";

interface FrameProps {
  readonly children: ReactNode;
  readonly onSignedIn: () => void;
}

export const Frame = ({ children, onSignedIn }: FrameProps): ReactNode => (
  <Signed title="Selvage" onSignedIn={onSignedIn}>
    {() => <Page>{children}</Page>}
  </Signed>
);

function Page({ children }: { readonly children: ReactNode }): ReactNode {
  const [path, go] = useLocation();
  const [open, setOpen] = useState<"palette" | "keys" | null>(null);
  const main = useRef<HTMLElement>(null);
  const openPalette = useCallback(() => setOpen("palette"), []);
  const openKeys = useCallback(() => setOpen("keys"), []);
  const close = useCallback(() => setOpen(null), []);
  useKeys({ go, onPalette: openPalette, onKeys: openKeys });
  useFollowing();
  const first = useRef(true);
  useEffect(() => {
    // A reader of screens hears where it has come to; the first time the page itself says so.
    if (!first.current) {
      main.current?.focus();
      window.scrollTo(0, 0);
    }
    first.current = false;
  }, [path]);
  const signOut = async (): Promise<void> => {
    await fetch("/_selvage/logout", { method: "POST" });
    queries.clear();
    window.location.reload();
  };
  return frame(
    pagePen,
    [
      <Topbar key="top" onPalette={openPalette} onKeys={openKeys} onSignOut={() => void signOut()} />,
      <Nav key="nav" />,
    ],
    <main className="screen" id="screen" ref={main} tabIndex={-1}>
      {children}
    </main>,
    <>
      {open === "palette" ? <Palette go={go} onClose={close} /> : null}
      {open === "keys" ? <KeySheet onClose={close} /> : null}
      <Toasts />
    </>,
  );
}
