// Which screen answers for which address, where it is not the first one. Loaded when that one is drawn, or when an
// address asks for another.
import { lazy, Suspense, type ReactNode } from "react";
import { Route, Switch } from "wouter";
import { ApiScreen } from "./catalog/api-screen.tsx";
import { ApisScreen } from "./catalog/apis-screen.tsx";
import { ClientScreen } from "./client/client-screen.tsx";
import { ClientsScreen } from "./client/clients-screen.tsx";
import { EndpointsScreen } from "./endpoint/endpoints-screen.tsx";
import { ExplainScreen } from "./explain/explain-screen.tsx";
import { HistoryScreen } from "./history/history-screen.tsx";
import { RevisionScreen } from "./history/revision-screen.tsx";
import { LimitsScreen } from "./limit/limits-screen.tsx";
import { AuditScreen } from "./operator/audit-screen.tsx";
import { CheckScreen } from "./operator/check-screen.tsx";
import { TokensScreen } from "./operator/tokens-screen.tsx";
import { Screen } from "./part/screen.tsx";
import { DocumentScreen } from "./policy/document-screen.tsx";
import { NewDocumentsScreen } from "./policy/new-documents-screen.tsx";
import { PoliciesScreen } from "./policy/policies-screen.tsx";
import { RolloutsScreen } from "./rollout/rollouts-screen.tsx";
import { ServiceScreen } from "./service/service-screen.tsx";
import { ServicesScreen } from "./service/services-screen.tsx";
import { TracesScreen } from "./trace/traces-screen.tsx";
import { TraceScreen } from "./trace/trace-screen.tsx";
import { RequestScreen } from "./watch/request-screen.tsx";
import { WatchScreen } from "./watch/watch-screen.tsx";

/** Its layout is a library of its own, which no other screen needs. */
const MapScreen = lazy(async () => ({ default: (await import("./map/map-screen.tsx")).MapScreen }));

const routes: Readonly<Record<string, () => ReactNode>> = {
  "/map": () => (
    <Suspense fallback={<Screen title="Map">{null}</Screen>}>
      <MapScreen />
    </Suspense>
  ),
  "/services": ServicesScreen,
  "/services/:ns/:name": ServiceScreen,
  "/rollouts": RolloutsScreen,
  "/limits": LimitsScreen,
  "/traces": TracesScreen,
  "/traces/:id": TraceScreen,
  "/watch": WatchScreen,
  "/requests/:id": RequestScreen,
  "/endpoints": EndpointsScreen,
  "/apis": () => <ApisScreen isPortal={false} />,
  "/apis/:ns/:name": () => <ApiScreen isPortal={false} />,
  "/clients": ClientsScreen,
  "/clients/:ns/:name": ClientScreen,
  "/policies": PoliciesScreen,
  "/policies/new": NewDocumentsScreen,
  "/policies/:kind/:ns/:name": DocumentScreen,
  "/history": HistoryScreen,
  "/history/:n": RevisionScreen,
  "/explain": ExplainScreen,
  "/check": CheckScreen,
  "/audit": AuditScreen,
  "/tokens": TokensScreen,
};

export function OtherScreens(): ReactNode {
  return (
    <Switch>
      {Object.entries(routes).map(([path, OneScreen]) => (
        <Route key={path} path={path}>
          <OneScreen />
        </Route>
      ))}
      <Route>
        <Screen title="Nothing here">
          <p>There is no screen at this address. ⌘K finds every screen, service and document.</p>
        </Screen>
      </Route>
    </Switch>
  );
}
