// The policies that hold for a service, with where each is attached and which of them is hidden by another.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Resource } from "../../model/api/resource.ts";
import { refOfDocument, type ScopedName } from "../../model/word/refs.ts";
import { DataTable } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { RefLink } from "../part/drawn.tsx";
import { When } from "../part/when.tsx";
import { rawPath } from "../../model/word/screen-paths.ts";
import { policiesOf } from "./service-policies.ts";

interface ServicePoliciesProps {
  readonly service: ScopedName;
  readonly resources: readonly Resource[];
}

export function ServicePolicies({ service, resources }: ServicePoliciesProps): ReactNode {
  const policies = policiesOf(service, resources);
  const overrides = resources.filter(({ kind }) => kind === "Override");
  if (policies.length === 0) {
    return (
      <Empty
        cause="No policy is attached to this service, to a route that leads to it, to a Gateway or to the Mesh. The mesh's defaults hold."
        command="selvage get trafficpolicies -A"
      />
    );
  }
  return (
    <>
      <DataTable
        caption="Policies in effect"
        rows={policies}
        keyOf={({ policy, target }) => `${refOfDocument(policy)} ${target}`}
        columns={[
          { head: "Kind", cell: ({ policy }) => policy.kind, sort: ({ policy }) => policy.kind },
          {
            head: "Policy",
            cell: ({ policy }) => (
              <Link
                href={rawPath(refOfDocument(policy))}
              >{`${policy.metadata.namespace}/${policy.metadata.name}`}</Link>
            ),
          },
          { head: "Attached to", cell: ({ place, target }) => `${place}: ${target}`, sort: ({ place }) => place },
          {
            head: "Holds",
            cell: ({ hiddenBy }) =>
              hiddenBy === null ? (
                "yes"
              ) : (
                <>
                  no, <RefLink reference={hiddenBy} /> takes its place
                </>
              ),
          },
          {
            head: "Last change",
            cell: ({ policy }) => (
              <>
                <When time={policy.metadata.updatedAt} /> by {policy.metadata.updatedBy}
              </>
            ),
            sort: ({ policy }) => policy.metadata.updatedAt,
          },
        ]}
      />
      {overrides.length === 0 ? null : (
        <p className="alert degraded">
          Overrides lie over documents of this mesh:{" "}
          {overrides.map((one) => (
            <RefLink key={refOfDocument(one)} reference={refOfDocument(one)} />
          ))}
        </p>
      )}
    </>
  );
}
