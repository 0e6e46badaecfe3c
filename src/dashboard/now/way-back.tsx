// What can be done about a service that fails: take the failing version out of the routes that send it calls, or roll
// back the revision that most likely made it fail. Each is a button, then a difference with its reason, then done.
import type { ReactNode } from "react";
import type { CatalogService } from "../../model/api/endpoints.ts";
import type { Revision } from "../../model/api/registry.ts";
import { failingVersion } from "../../status/failing-version.ts";
import { partsOfRef } from "../../model/word/refs.ts";
import type { StatusRead } from "../data/mesh-status.ts";
import { useMay } from "../data/session.tsx";
import { Button } from "../part/button.tsx";
import type { WeightChange } from "../rollout/weight-dialog.tsx";
import { splitsOf } from "../rollout/weights.ts";

interface WayBackProps {
  /** `Service/<namespace>/<name>`. */
  readonly reference: string;
  readonly read: StatusRead;
  /** The change that most likely made it so; where nothing is named, that came shortly before. */
  readonly before: Revision | undefined;
  readonly onTake: (step: StepBack) => void;
}

/** Chosen, and waiting for its reason: kept above the cards, which come and go. */
export type StepBack =
  | { readonly by: "weight"; readonly change: WeightChange }
  | { readonly by: "rollback"; readonly to: number; readonly why: string };

export function WayBack({ reference, read, before, onTake }: WayBackProps): ReactNode {
  const { namespace, name } = partsOfRef(reference);
  const may = useMay("operator", namespace);
  const mayAll = useMay("operator");
  const { mesh, runtime } = read;
  const isIt = (one: { readonly namespace: string; readonly name: string }): boolean =>
    one.namespace === namespace && one.name === name;
  const signals = runtime.stats.ok ? runtime.stats.value.services.find(isIt) : undefined;
  const service = mesh.catalog.ok ? mesh.catalog.value.items.find(isIt) : undefined;
  const failing = signals === undefined ? null : failingVersion(signals);
  const version = failing?.version ?? (service === undefined ? null : illVersion(service));
  const splits = version === null ? [] : splitsOf(mesh.resources.ok ? mesh.resources.value.items : []);
  const takes = splits.flatMap((split): WeightChange[] => {
    const which = split.backends.findIndex(
      (one) => one.namespace === namespace && one.service === name && one.version === version && one.weight > 0,
    );
    return which < 0 ? [] : [{ split, which, percent: 0, why: `${name} ${version ?? ""} fails` }];
  });
  return (
    <div className="row acts">
      {may
        ? takes.map((change) => (
            <Button
              key={`${change.split.name} ${change.split.rule}`}
              look="danger"
              onPress={() => onTake({ by: "weight", change })}
            >{`Take ${version ?? ""} out of ${change.split.name}…`}</Button>
          ))
        : null}
      {mayAll && before !== undefined && before.revision > 1 ? (
        <Button
          onPress={() =>
            onTake({ by: "rollback", to: before.revision - 1, why: `${name} fails since revision ${before.revision}` })
          }
        >
          Roll back revision {before.revision}…
        </Button>
      ) : null}
    </div>
  );
}

/** The one version whose endpoints are all unwell, where another has well ones. */
function illVersion({ endpoints }: CatalogService): string | null {
  const ofVersion = [...Map.groupBy(endpoints, ({ version }) => version)];
  const ill = ofVersion.filter(([, those]) => those.every(isIll));
  const [version = null] = ill.length === 1 && ofVersion.length > 1 ? (ill[0] ?? []) : [];
  return version;
}

const isIll = ({ health, healthCause }: CatalogService["endpoints"][number]): boolean =>
  health === "unhealthy" || typeof healthCause === "string";
