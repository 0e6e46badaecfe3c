// The frame around every screen: who is signed in, the way between screens, keys, palette and messages.
import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { frame } from "../../verdict/shell.ts";
import { useFollowing } from "../data/live.ts";
import { queries } from "../data/queries.ts";
import { ReadFailure, useGathered } from "../data/read.ts";
import { WhoProvider } from "../data/session.tsx";
import { whoIsIt } from "../data/who.ts";
import { FailureNote } from "../part/failure-note.tsx";
import { pagePen } from "../part/drawn.tsx";
import { Toasts } from "../part/toasts.tsx";
import { AskingPage } from "../part/asking-page.tsx";
import { KeySheet, useKeys } from "./keys.tsx";
import { Nav } from "./nav.tsx";
import { Palette } from "./palette.tsx";
import { SignIn } from "./sign-in.tsx";
import { Topbar } from "./topbar.tsx";

interface FrameProps {
  readonly children: ReactNode;
  readonly onSignedIn: () => void;
}

export function Frame({ children, onSignedIn }: FrameProps): ReactNode {
  const who = useGathered(whoIsIt);
  if (who.data !== undefined && who.error === null) {
    return (
      <WhoProvider who={who.data}>
        <Page>{children}</Page>
      </WhoProvider>
    );
  }
  if (who.error instanceof ReadFailure && who.error.failure.status !== 401) {
    return (
      <main className="screen">
        <h1>Selvage</h1>
        <FailureNote failure={who.error.failure} />
      </main>
    );
  }
  return who.error === null ? <AskingPage /> : <SignIn onSignedIn={onSignedIn} />;
}

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
