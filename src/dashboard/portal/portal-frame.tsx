// The frame of the consumers' portal: who is signed in, and three places to go.
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { useFollowing } from "../data/live.ts";
import { ReadFailure, useGathered } from "../data/read.ts";
import { WhoProvider } from "../data/session.tsx";
import { whoIsIt } from "../data/who.ts";
import { Button } from "../part/button.tsx";
import { FailureNote } from "../part/failure-note.tsx";
import { Toasts } from "../part/toasts.tsx";
import { AskingPage } from "../part/asking-page.tsx";
import { FollowSwitch } from "../shell/follow-switch.tsx";
import { SignIn } from "../shell/sign-in.tsx";

const places = [
  { path: "/apis", title: "APIs" },
  { path: "/applications", title: "My applications" },
] as const;

interface FrameProps {
  readonly children: ReactNode;
  readonly onSignedIn: () => void;
}

export function PortalFrame({ children, onSignedIn }: FrameProps): ReactNode {
  const [path] = useLocation();
  const who = useGathered(whoIsIt);
  if (who.data === undefined || who.error !== null) {
    if (who.error instanceof ReadFailure && who.error.failure.status !== 401) {
      return (
        <main className="screen">
          <h1>Selvage portal</h1>
          <FailureNote failure={who.error.failure} />
        </main>
      );
    }
    return who.error === null ? <AskingPage /> : <SignIn onSignedIn={onSignedIn} />;
  }
  return (
    <WhoProvider who={who.data}>
      <Page name={who.data.name} path={path}>
        {children}
      </Page>
    </WhoProvider>
  );
}

interface PageProps {
  readonly name: string;
  readonly path: string;
  readonly children: ReactNode;
}

function Page({ name, path, children }: PageProps): ReactNode {
  useFollowing();
  const signOut = async (): Promise<void> => {
    await fetch("/_selvage/logout", { method: "POST" });
    window.location.reload();
  };
  return (
    <>
      <a className="skip" href="#screen">
        Skip to the screen
      </a>
      <header className="topbar">
        <Link href="/apis" className="brand">
          Selvage portal
        </Link>
        <nav className="row" aria-label="Places">
          {places.map(({ path: to, title }) => (
            <Link key={to} href={to} aria-current={path.startsWith(to) ? "page" : undefined}>
              {title}
            </Link>
          ))}
        </nav>
        <span className="spread" />
        <FollowSwitch />
        <span>{name}</span>
        <Button small onPress={() => void signOut()}>
          Sign out
        </Button>
      </header>
      <main className="screen" id="screen" tabIndex={-1}>
        {children}
      </main>
      <Toasts />
    </>
  );
}
