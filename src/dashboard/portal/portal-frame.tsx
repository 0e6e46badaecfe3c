// The frame of the consumers' portal: who is signed in, and three places to go.
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { useFollowing } from "../data/live.ts";
import { Button } from "../part/button.tsx";
import { Toasts } from "../part/toasts.tsx";
import { FollowSwitch } from "../shell/follow-switch.tsx";
import { Signed } from "../shell/signed.tsx";

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
  return (
    <Signed title="Selvage portal" onSignedIn={onSignedIn}>
      {({ name }) => (
        <Page name={name} path={path}>
          {children}
        </Page>
      )}
    </Signed>
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
