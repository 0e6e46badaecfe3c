// The tiers of a service, its contracts, and the way to ask for one.
import { useState, type ReactNode } from "react";
import type { ApplyResult } from "../../model/api/apply.ts";
import type { ContractList } from "../../model/api/clients.ts";
import type { CatalogService } from "../../model/api/endpoints.ts";
import type { ResourceList } from "../../model/api/resource.ts";
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

type OfferedTiers = NonNullable<CatalogService["tiers"]>;

/** Those of the documents, for who may read them. */
export function KeptTiers({ namespace, name }: ServiceName): ReactNode {
  const read = useRead<ResourceList>("/resources", { kind: "Tier", namespace, limit: 500 });
  return (
    <Ready read={read}>
      {({ items }) => (
        <Tiers
          namespace={namespace}
          name={name}
          tiers={items
            .filter(({ spec }) => spec.service === name)
            .map(({ metadata, spec }) => ({
              name: metadata.name,
              approval: spec.approval === "auto" ? "auto" : "manual",
              limits: records(spec.limits).map((limit) => ({
                name: String(limit.name),
                requests: Number(limit.requests),
                window: String(limit.window),
              })),
            }))}
        />
      )}
    </Ready>
  );
}

export function Tiers({ namespace, name, tiers }: ServiceName & { readonly tiers: OfferedTiers }): ReactNode {
  const contracts = useRead<ContractList>("/contracts", { service: `${namespace}/${name}` });
  const may = useMay("operator");
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <>
      <h2>Tiers</h2>
      {tiers.length === 0 ? (
        <Empty
          cause="The service has no tiers. Who may use it is what its policies say; without contracts there is nothing to ask for."
          command="selvage explain tier.spec"
        />
      ) : (
        <ul className="cards">
          {tiers.map((tier) => (
            <li key={tier.name} className="card">
              <h3>{tier.name}</h3>
              <ul>
                {tier.limits.map((limit) => (
                  <li key={limit.name}>
                    {limit.requests} requests in {limit.window}
                  </li>
                ))}
              </ul>
              <p className="quiet">{tier.approval === "auto" ? "granted at once" : "somebody decides"}</p>
              {may ? <Button onPress={() => setAsked(tier.name)}>Request access…</Button> : null}
            </li>
          ))}
        </ul>
      )}
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
      {asked === null ? null : (
        <RequestDialog namespace={namespace} name={name} tier={asked} onClose={() => setAsked(null)} />
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
