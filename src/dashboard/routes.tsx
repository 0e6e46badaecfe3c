// The first screen, and where the others are. They are files of their own: who opens the page in a hurry waits for one
// screen, not for all of them.
import { lazy, Suspense, type ReactNode } from "react";
import { Route, Switch } from "wouter";
import { NowScreen } from "./now/now-screen.tsx";
import { AskingPage } from "./part/asking-page.tsx";

/** Comes once, however often it is asked for. */
export const loadOtherScreens = () => import("./other-screens.tsx");

const OtherScreens = lazy(async () => ({ default: (await loadOtherScreens()).OtherScreens }));

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
