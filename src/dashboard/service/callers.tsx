// Who may call a service: contracts that grant it, and callers that its policies name.
import type { ReactNode } from "react";
import type { ContractList } from "../../model/api/clients.ts";
import type { CatalogService } from "../../model/api/endpoints.ts";
import type { Resource } from "../../model/api/resource.ts";
import { records } from "../../status/conditions.ts";
import { refOf } from "../../model/word/refs.ts";
import { useRead } from "../data/read.ts";
import { Ready } from "../part/ready.tsx";
import { RefLink } from "../part/drawn.tsx";
import { policiesOf } from "./service-policies.ts";

interface CallersProps {
  readonly service: CatalogService;
  readonly resources: readonly Resource[];
}

export function Callers({ service, resources }: CallersProps): ReactNode {
  const key = `${service.namespace}/${service.name}`;
  const contracts = useRead<ContractList>("/contracts", { service: key });
  const principals = policiesOf(service, resources)
    .filter(({ policy }) => policy.kind === "AuthorizationPolicy")
    .flatMap(({ policy }) => principalsOf(policy.spec).map((who) => `${String(policy.spec.action)} ${who}`));
  return (
    <>
      <p>
        {service.exposure === "public"
          ? "Anybody may call it, as far as its policies let them."
          : "Only callers with an identity may call it."}
      </p>
      <h2>Contracts</h2>
      <Ready read={contracts}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="quiet">No application has a contract.</p>
          ) : (
            <ul>
              {items.map((one) => (
                <li key={`${one.namespace}/${one.name}`}>
                  <RefLink reference={`Application/${one.application}`} bare /> {one.state}, tier {one.tier}
                </li>
              ))}
            </ul>
          )
        }
      </Ready>
      <h2>Named by policies</h2>
      {principals.length === 0 ? (
        <p className="quiet">No AuthorizationPolicy names a caller.</p>
      ) : (
        <ul>
          {principals.map((one) => (
            <li key={one} className="mono">
              {one}
            </li>
          ))}
        </ul>
      )}
      <p>
        <RefLink reference={refOf("Service", service.namespace, service.name)} />
      </p>
    </>
  );
}

function principalsOf(spec: Readonly<Record<string, unknown>>): readonly string[] {
  const lists = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  return records(spec.rules)
    .flatMap((rule) => records(rule.from))
    .flatMap((from) =>
      ["principals", "applications", "namespaces", "ipBlocks"].flatMap((by) =>
        lists(from[by]).map((one) => `${by}: ${String(one)}`),
      ),
    );
}
