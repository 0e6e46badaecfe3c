// The tiers of a service, its contracts, and the way to ask for one.
import { useState, type ReactNode } from "react";
import type { ApplyResult } from "../../model/api/apply.ts";
import type { ContractList } from "../../model/api/clients.ts";
import type { Resource, ResourceList } from "../../model/api/resource.ts";
import { scopedName } from "../../model/word/refs.ts";
import { records } from "../../status/conditions.ts";
import { api } from "../data/api.ts";
import { useRead } from "../data/read.ts";
import { useMay } from "../data/session.tsx";
import { tell } from "../data/told.ts";
import { Ready } from "../part/ready.tsx";
import { Button } from "../part/button.tsx";
import { Empty } from "../part/empty.tsx";
import { FormField } from "../part/form-field.tsx";
import { WriteDialog } from "../part/write-dialog.tsx";
import { selvageLine } from "../word/command.ts";
import { contractRequest } from "../word/contract-request.ts";

interface ServiceName {
  readonly namespace: string;
  readonly name: string;
}

export function Tiers({ namespace, name }: ServiceName): ReactNode {
  const read = useRead<ResourceList>("/resources", { kind: "Tier", namespace, limit: 500 });
  const contracts = useRead<ContractList>("/contracts", { service: `${namespace}/${name}` });
  const may = useMay("operator");
  const [tier, setTier] = useState<string | null>(null);
  const isOurs = ({ spec, metadata }: Resource): boolean => {
    const of = scopedName(String(spec.service), metadata.namespace);
    return of.name === name && of.namespace === namespace;
  };
  return (
    <>
      <h2>Tiers</h2>
      <Ready read={read}>
        {({ items }) => {
          const tiers = items.filter(isOurs);
          return tiers.length === 0 ? (
            <Empty
              cause="The service has no tiers. Who may use it is what its policies say; without contracts there is nothing to ask for."
              command="selvage explain tier.spec"
            />
          ) : (
            <ul className="cards">
              {tiers.map(({ metadata, spec }) => (
                <li key={metadata.name} className="card">
                  <h3>{metadata.name}</h3>
                  <ul>
                    {records(spec.limits).map((limit) => (
                      <li key={String(limit.name)}>
                        {String(limit.requests)} requests in {String(limit.window)}
                      </li>
                    ))}
                  </ul>
                  <p className="quiet">{spec.approval === "auto" ? "granted at once" : "somebody decides"}</p>
                  {may ? <Button onPress={() => setTier(metadata.name)}>Request access…</Button> : null}
                </li>
              ))}
            </ul>
          );
        }}
      </Ready>
      <h2>Who has access</h2>
      <Ready read={contracts}>
        {({ items }) => (
          <ul>
            {items.map((one) => (
              <li key={`${one.namespace}/${one.name}`}>
                {one.application}: {one.state}, tier {one.tier}
              </li>
            ))}
            {items.length === 0 ? <li className="quiet">nobody by contract</li> : null}
          </ul>
        )}
      </Ready>
      {tier === null ? null : (
        <RequestDialog namespace={namespace} name={name} tier={tier} onClose={() => setTier(null)} />
      )}
    </>
  );
}

interface RequestDialogProps extends ServiceName {
  readonly tier: string;
  readonly onClose: () => void;
}

function RequestDialog({ namespace, name, tier, onClose }: RequestDialogProps): ReactNode {
  const applications = useRead<ResourceList>("/resources", { kind: "Application", limit: 500 });
  const names = (applications.data?.items ?? []).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const [chosen, setChosen] = useState("");
  const application = chosen === "" ? (names[0] ?? "") : chosen;
  return (
    <WriteDialog<ApplyResult>
      title={`Request ${tier} of ${namespace}/${name}`}
      act="Request"
      reason="required"
      command={(reason) =>
        selvageLine(["contract", "request", application, `${namespace}/${name}`, tier, "--reason", reason])
      }
      write={(reason) =>
        api.call("POST", "/apply", {
          query: { manager: "ui", reason },
          body: { items: [contractRequest({ application, service: `${namespace}/${name}`, tier })] },
        })
      }
      onDone={({ revision }) =>
        tell(`Asked for ${tier}: revision ${revision}. The application shows what becomes of it.`)
      }
      onClose={onClose}
    >
      {applications.data !== undefined && names.length === 0 ? (
        <Empty cause="There is no Application that could ask." command="selvage app create acme" />
      ) : (
        <FormField label="Application" value={application} options={names} onChange={setChosen} />
      )}
      <p>
        A contract that the application has already with this service changes its tier; the former one holds until then.
      </p>
    </WriteDialog>
  );
}
