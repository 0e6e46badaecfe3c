// Breakers of services: what is open or forced, and the lever that forces a state for a while.
import { useState, type ReactNode } from "react";
import { Link } from "wouter";
import type { ServiceBreakers } from "../../model/api/breakers.ts";
import { useMay } from "../data/session.tsx";
import { Button } from "../part/button.tsx";
import { DataTable } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { When } from "../part/when.tsx";
import type { ShownHealth } from "../../verdict/health.ts";
import { ForceDialog } from "./force-dialog.tsx";

const words = { closed: "healthy", "half-open": "degraded", open: "failing" } as const satisfies Record<
  string,
  ShownHealth
>;

export function BreakerCards({ items }: { readonly items: readonly ServiceBreakers[] }): ReactNode {
  const [forcing, setForcing] = useState<ServiceBreakers | null>(null);
  if (items.length === 0) {
    return (
      <Empty
        cause="No TrafficPolicy with a circuit breaker, outlier detection or a concurrency cap guards a service here."
        command="selvage get trafficpolicies -A"
      />
    );
  }
  const [told, quiet] = [items.filter((one) => !isQuiet(one)), items.filter(isQuiet)];
  return (
    <>
      <ul className="stack">
        {told.map((one) => (
          <li key={`${one.namespace}/${one.service}`} className="card">
            <ServiceCard one={one} onForce={() => setForcing(one)} />
          </li>
        ))}
      </ul>
      {quiet.length === 0 ? null : (
        <DataTable
          caption="Closed, and not called lately"
          rows={quiet}
          keyOf={({ namespace, service }) => `${namespace}/${service}`}
          columns={[
            { head: "State", cell: () => <HealthBadge word="healthy">closed</HealthBadge> },
            { head: "Service", cell: (one) => <ServiceLink one={one} />, name: true },
            { head: "Do", cell: (one) => <ForceButton one={one} onForce={() => setForcing(one)} /> },
          ]}
        />
      )}
      {forcing === null ? null : <ForceDialog service={forcing} onClose={() => setForcing(null)} />}
    </>
  );
}

/** Nothing to tell but that it is there. */
const isQuiet = ({ known, forced, breakers, concurrency }: ServiceBreakers): boolean =>
  known && forced.length === 0 && breakers.length === 0 && concurrency.length === 0;

function ServiceLink({ one: { namespace, service } }: { readonly one: ServiceBreakers }): ReactNode {
  return <Link href={`/services/${namespace}/${service}?tab=breakers`}>{`${namespace}/${service}`}</Link>;
}

interface ForceProps {
  readonly one: ServiceBreakers;
  readonly onForce: () => void;
}

function ForceButton({ one, onForce }: ForceProps): ReactNode {
  return useMay("operator", one.namespace) ? (
    <Button small label={`Force breakers of ${one.service}`} onPress={onForce}>
      Force…
    </Button>
  ) : null;
}

function ServiceCard({ one, onForce }: ForceProps): ReactNode {
  return (
    <>
      <div className="row">
        <h2>
          <ServiceLink one={one} />
        </h2>
        {one.known ? null : <HealthBadge word="unknown">its coordinator does not answer</HealthBadge>}
        <ForceButton one={one} onForce={onForce} />
      </div>
      {one.forced.map(({ version, state, until, reason }) => (
        <p key={version ?? "*"}>
          <HealthBadge word={state === "open" ? "failing" : "degraded"}>forced {state}</HealthBadge>{" "}
          {version === null ? "whole service" : `version ${version}`}, ends <When time={until} />: {reason}
        </p>
      ))}
      {one.breakers.length === 0 ? (
        <p className="quiet">Nothing was called lately; every breaker is closed.</p>
      ) : (
        <DataTable
          caption="Breakers of what was called lately"
          rows={one.breakers}
          keyOf={({ policy, target, name }) => `${policy} ${target} ${name}`}
          columns={[
            {
              head: "State",
              cell: ({ state }) => <HealthBadge word={words[state]}>{state}</HealthBadge>,
              sort: ({ state }) => state,
            },
            { head: "Of", cell: ({ target, name }) => `${target} ${name === "" ? "(none)" : name}` },
            { head: "Since", cell: ({ since }) => <When time={since} />, sort: ({ since }) => since },
            { head: "Calls ok", number: true, cell: ({ ok }) => ok, sort: ({ ok }) => ok },
            { head: "Failed", number: true, cell: ({ failed }) => failed, sort: ({ failed }) => failed },
            { head: "Slow", number: true, cell: ({ slow }) => slow, sort: ({ slow }) => slow },
            {
              head: "Ejected",
              cell: ({ ejectedUntil }) =>
                ejectedUntil === null ? (
                  "no"
                ) : (
                  <>
                    until <When time={ejectedUntil} />
                  </>
                ),
            },
            { head: "Policy", cell: ({ policy }) => policy },
          ]}
        />
      )}
      {one.concurrency.map(({ policy, limit, inUse, waiting }) => (
        <p key={policy}>
          {inUse} of {Math.floor(limit)} requests at once{waiting > 0 ? `, ${waiting} wait` : ""} ({policy})
        </p>
      ))}
    </>
  );
}
