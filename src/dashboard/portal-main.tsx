// The consumers' portal: starts React in its page.
import { QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { Link, Route, Router, Switch } from "wouter";
import { ApiScreen } from "./catalog/api-screen.tsx";
import { ApisScreen } from "./catalog/apis-screen.tsx";
import { openPage } from "./data/opening.ts";
import { queries } from "./data/queries.ts";
import { showTheme } from "./data/settings.ts";
import { Screen } from "./part/screen.tsx";
import { ApplicationScreen } from "./portal/application-screen.tsx";
import { ApplicationsScreen } from "./portal/applications-screen.tsx";
import { PortalFrame } from "./portal/portal-frame.tsx";
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";

/** As portal.html asks for them. */
const READS = ["/_selvage/v1/whoami", "/_selvage/v1/catalog?view=consumers"];

const open = (): void => openPage(READS);

showTheme();
open();
const root = document.querySelector("#root");
if (root !== null) {
  createRoot(root).render(
    <QueryClientProvider client={queries}>
      <Router base="/_selvage/portal">
        <PortalFrame
          onSignedIn={() => {
            open();
            void queries.resetQueries();
          }}
        >
          <Switch>
            <Route path="/apis/:ns/:name">
              <ApiScreen isPortal />
            </Route>
            <Route path="/applications/:ns/:name">
              <ApplicationScreen />
            </Route>
            <Route path="/applications">
              <ApplicationsScreen />
            </Route>
            <Route path="/apis">
              <ApisScreen isPortal />
            </Route>
            <Route path="/">
              <ApisScreen isPortal />
            </Route>
            <Route>
              <Screen title="Nothing here">
                <p>
                  There is nothing at this address. <Link href="/apis">All APIs</Link>
                </p>
              </Screen>
            </Route>
          </Switch>
        </PortalFrame>
      </Router>
    </QueryClientProvider>,
  );
}
