// One service: its state with the reasons, and what is known of it in tabs.
import type { ReactNode } from "react";
import { Link, useParams } from "wouter";
import type { CatalogService } from "../../model/api/endpoints.ts";
import { refOf, refOfDocument } from "../../model/word/refs.ts";
import { useMeshStatus, type StatusRead } from "../data/mesh-status.ts";
import { EndpointTable } from "../endpoint/endpoint-table.tsx";
import { BreakerCards } from "../limit/breaker-cards.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { Empty } from "../part/empty.tsx";
import { HealthBadge, pagePen } from "../part/drawn.tsx";
import { Ready } from "../part/ready.tsx";
import { Screen } from "../part/screen.tsx";
import { Tabs, useTab } from "../part/tabs.tsx";
import { YamlView } from "../part/yaml-view.tsx";
import { selvageLine } from "../word/command.ts";
import { authored } from "../word/document-text.ts";
import { healthByRef, healthWordOf } from "../../verdict/health.ts";
import { said } from "../../verdict/parts.ts";
import { rawPath } from "../../model/word/screen-paths.ts";
import { Callers } from "./callers.tsx";
import { ServiceChanges } from "./service-changes.tsx";
import { ServiceFacts } from "./service-facts.tsx";
import { ServicePolicies } from "./policies-in-effect.tsx";
import { ServiceSignalsTab } from "./service-signals.tsx";
import { leadsTo, ruleLines } from "./service-routes.ts";

const tabs = [
  "overview",
  "signals",
  "endpoints",
  "callers",
  "routes",
  "policies",
  "breakers",
  "changes",
  "yaml",
] as const;

export function ServiceScreen(): ReactNode {
  const { ns = "", name = "" } = useParams();
  const read = useMeshStatus();
  const ref = refOf("Service", ns, name);
  const { data } = read;
  // What is not there is not healthy, and has no document.
  const isThere = data !== undefined && serviceOf(data, ns, name) !== undefined;
  return (
    <Screen
      title={`${ns}/${name}`}
      at={read.dataUpdatedAt}
      mark={isThere ? <HealthBadge word={healthByRef(data.status)(ref)} /> : null}
      acts={isThere ? <Link href={rawPath(ref)}>Edit its document</Link> : null}
    >
      <Ready read={read}>{(value) => <OneService read={value} namespace={ns} name={name} />}</Ready>
    </Screen>
  );
}

function serviceOf({ mesh: { catalog } }: StatusRead, namespace: string, name: string) {
  const services = catalog.ok ? catalog.value.items : [];
  return services.find((one) => one.namespace === namespace && one.name === name);
}

interface OneServiceProps {
  readonly read: StatusRead;
  readonly namespace: string;
  readonly name: string;
}

function OneService({ read, namespace, name }: OneServiceProps): ReactNode {
  const tab = useTab(tabs);
  const ref = refOf("Service", namespace, name);
  const service = serviceOf(read, namespace, name);
  if (service === undefined) {
    return (
      <Empty
        cause={`There is no service ${namespace}/${name}, or you may not see it.`}
        command="selvage get services -A"
      />
    );
  }
  const troubles = [...read.status.problems, ...read.status.notices].filter((one) => one.ref === ref);
  return (
    <>
      {troubles.map(({ severity, message }) => (
        <p key={message}>
          <HealthBadge word={healthWordOf(severity)} /> {said(pagePen, message)}
        </p>
      ))}
      <Tabs names={tabs} base={`/services/${namespace}/${name}`} current={tab} />
      <TabOf tab={tab} service={service} read={read} />
      <SameInTerminal
        lines={[
          selvageLine(["describe", "service", name], namespace),
          selvageLine(["get", "endpoints", name, "-o", "wide"], namespace),
          selvageLine(["breaker", "get", name], namespace),
        ]}
      />
    </>
  );
}

interface TabProps {
  readonly tab: (typeof tabs)[number];
  readonly service: CatalogService;
  readonly read: StatusRead;
}

function TabOf({ tab, service, read }: TabProps): ReactNode {
  const resources = read.mesh.resources.ok ? read.mesh.resources.value.items : [];
  const ref = refOf("Service", service.namespace, service.name);
  switch (tab) {
    case "overview":
      return <ServiceFacts service={service} />;
    case "signals":
      return <ServiceSignalsTab service={service} />;
    case "endpoints":
      return <EndpointTable endpoints={service.endpoints} />;
    case "callers":
      return <Callers service={service} resources={resources} />;
    case "routes": {
      const routes = resources.filter((one) => one.kind === "HTTPRoute" && leadsTo(one, service));
      return routes.length === 0 ? (
        <Empty cause={`No HTTPRoute leads here. It is reached at ${service.addresses.join(" and ")}.`} />
      ) : (
        <ul className="stack">
          {routes.map((route) => (
            <li key={refOfDocument(route)} className="card">
              <Link href={rawPath(refOfDocument(route))}>{`${route.metadata.namespace}/${route.metadata.name}`}</Link>
              {ruleLines(route).map((line) => (
                <p key={line} className="mono">
                  {line}
                </p>
              ))}
            </li>
          ))}
        </ul>
      );
    }
    case "policies":
      return <ServicePolicies service={service} resources={resources} />;
    case "breakers": {
      const all = read.runtime.breakers.ok ? read.runtime.breakers.value.items : [];
      return (
        <BreakerCards
          items={all.filter((one) => one.namespace === service.namespace && one.service === service.name)}
        />
      );
    }
    case "changes":
      return <ServiceChanges reference={ref} audit={read.runtime.audit} />;
    case "yaml": {
      const document = resources.find((one) => refOfDocument(one) === ref);
      return document === undefined ? null : <YamlView value={authored(document)} label="The Service document" />;
    }
  }
}
