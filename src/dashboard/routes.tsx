// The first screen, and where the others are. They are files of their own: who opens the page in a hurry waits for one
// screen, not for all of them.
import { lazy, Suspense, useState, type ComponentType, type ReactNode } from "react";
import { Route, Switch } from "wouter";
import { NowScreen } from "./now/now-screen.tsx";
import { AskingPage } from "./part/asking-page.tsx";

let loaded: ComponentType | null = null;

/** Comes once, however often it is asked for. */
export async function loadOtherScreens(): Promise<{ readonly default: ComponentType }> {
  const { OtherScreens } = await import("./other-screens.tsx");
  loaded = OtherScreens;
  return { default: OtherScreens };
}

const LaterScreens = lazy(loadOtherScreens);

/** What is there is drawn at once: React shows what stands in its place for a third of a second, once it shows it. */
function OtherScreens(): ReactNode {
  const [Screens] = useState<ComponentType>(() => loaded ?? LaterScreens);
  return <Screens />;
}

/** Whether its screen is in the page's first file. */
export const isFirstScreen = (path: string): boolean => /\/ui\/(?:now)?$/.test(path);

export function Routes(): ReactNode {
  return (
    <Switch>
      <Route path="/">
        <NowScreen />
      </Route>
      <Route path="/now">
        <NowScreen />
      </Route>
      <Route>
        <Suspense fallback={<AskingPage />}>
          <OtherScreens />
        </Suspense>
      </Route>
    </Switch>
  );
}
