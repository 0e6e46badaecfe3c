// Which screen answers for which address.
import type { ReactNode } from "react";
import { Route, Switch } from "wouter";
import { NowScreen } from "./now/now-screen.tsx";
import { Screen } from "./part/screen.tsx";
import { ServicesScreen } from "./service/services-screen.tsx";

export function Routes(): ReactNode {
  return (
    <Switch>
      <Route path="/">
        <NowScreen />
      </Route>
      <Route path="/now">
        <NowScreen />
      </Route>
      <Route path="/services">
        <ServicesScreen />
      </Route>
      <Route>
        <Screen title="Nothing here">
          <p>There is no screen at this address. ⌘K finds every screen, service and document.</p>
        </Screen>
      </Route>
    </Switch>
  );
}
