// Rollouts as their documents say them. What is not known of them is not shown: their state comes with the call that
// tells it.
import type { ReactNode } from "react";
import type { Resource, ResourceList } from "../../model/api/resource.ts";
import { refOfDocument } from "../../model/word/refs.ts";
import { records } from "../../status/conditions.ts";
import { useRead } from "../data/read.ts";
import { Ready } from "../part/ready.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { Empty } from "../part/empty.tsx";
import { Facts } from "../part/facts.tsx";
import { RefLink } from "../part/ref-link.tsx";
import { Screen } from "../part/screen.tsx";

export function RolloutsScreen(): ReactNode {
  const read = useRead<ResourceList>("/resources", { kind: "Rollout", limit: 500 });
  return (
    <Screen title="Rollouts" at={read.dataUpdatedAt}>
      <Ready read={read}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              cause="There is no Rollout. Until one is written, versions are split by the weights of HTTPRoutes."
              command="selvage explain rollout.spec"
            />
          ) : (
            <ul className="stack">
              {items.map((one) => (
                <li key={refOfDocument(one)} className="card">
                  <Rollout rollout={one} />
                </li>
              ))}
            </ul>
          )
        }
      </Ready>
      <SameInTerminal lines={["selvage get rollouts -A"]} />
    </Screen>
  );
}

function Rollout({ rollout }: { readonly rollout: Resource }): ReactNode {
  const { spec } = rollout;
  return (
    <>
      <h2>
        <RefLink reference={refOfDocument(rollout)} />
      </h2>
      <Facts
        rows={[
          ["Service", String(spec.service)],
          ["From", String(spec.stable)],
          ["To", String(spec.canary)],
        ]}
      />
      <ol className="row" aria-label="Steps">
        {records(spec.steps).map((step, index) => (
          <li key={index}>
            {String(step.weight)} %{step.hold === undefined ? "" : ` for ${String(step.hold)}`}
          </li>
        ))}
      </ol>
    </>
  );
}
