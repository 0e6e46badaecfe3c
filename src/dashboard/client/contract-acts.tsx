// Decides about a contract: what can be done is what its state allows.
import { useState, type ReactNode } from "react";
import type { ContractList, ContractViewAnswer, DecidedContract } from "../../model/api/clients.ts";
import type { Resource } from "../../model/api/resource.ts";
import { partsOfKey } from "../../model/word/refs.ts";
import { api } from "../data/api.ts";
import { askAgain } from "../data/live.ts";
import { useRead } from "../data/read.ts";
import { useMay } from "../data/session.tsx";
import { tell } from "../data/told.ts";
import { Ready } from "../part/ready.tsx";
import { Button } from "../part/button.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { When } from "../part/when.tsx";
import { WriteDialog } from "../part/write-dialog.tsx";
import { selvageLine } from "../word/command.ts";
import type { ShownHealth } from "../../verdict/health.ts";

type Act = "approve" | "reject" | "revoke" | "restore";

const acts: Readonly<Record<ContractViewAnswer["state"], readonly Act[]>> = {
  pending: ["approve", "reject"],
  approved: ["revoke"],
  rejected: ["approve"],
  revoked: ["restore"],
  restored: ["revoke"],
};
const back: Readonly<Partial<Record<Act, Act>>> = {
  approve: "revoke",
  revoke: "restore",
  restore: "revoke",
  reject: "approve",
};
export const contractWords: Readonly<Record<ContractViewAnswer["state"], ShownHealth>> = {
  pending: "notice",
  approved: "healthy",
  rejected: "idle",
  revoked: "failing",
  restored: "healthy",
};

export function ContractActs({ contract: { metadata } }: { readonly contract: Resource }): ReactNode {
  const read = useRead<ContractList>("/contracts", { namespace: metadata.namespace });
  return (
    <Ready read={read}>
      {({ items }) => {
        const one = items.find(({ namespace, name }) => namespace === metadata.namespace && name === metadata.name);
        return one === undefined ? null : (
          <div className="card">
            <p>
              <HealthBadge word={contractWords[one.state]}>{one.state}</HealthBadge> <When time={one.since} /> by{" "}
              {one.by}
              {one.reason === null ? "" : `: ${one.reason}`}. {one.message}
            </p>
            <ContractButtons contract={one} />
          </div>
        );
      }}
    </Ready>
  );
}

export function ContractButtons({ contract }: { readonly contract: ContractViewAnswer }): ReactNode {
  const { namespace, name, application, service, tier, state } = contract;
  const may = useMay("operator", partsOfKey(service).namespace);
  const [act, setAct] = useState<Act | null>(null);
  const path = (of: Act): string => `/contracts/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/${of}`;
  const undo = (of: Act): void => {
    void api
      .call("POST", path(of), { body: { reason: "undone in the dashboard" } })
      .then((answer) => tell(answer.ok ? `${name}: ${of} done.` : answer.failure.message))
      .then(() => askAgain());
  };
  if (!may) {
    return <span className="quiet">for operators of the service</span>;
  }
  return (
    <span className="row">
      {acts[state].map((of) => (
        <Button
          key={of}
          small
          look={of === "revoke" || of === "reject" ? "danger" : "plain"}
          label={`${of} ${name}`}
          onPress={() => setAct(of)}
        >
          {of}…
        </Button>
      ))}
      {act === null ? null : (
        <WriteDialog<DecidedContract>
          title={`${act} ${namespace}/${name}`}
          act={act}
          danger={act === "revoke" || act === "reject"}
          reason={act === "approve" ? "asked" : "required"}
          command={(reason) => selvageLine(["contract", act, `${namespace}/${name}`, "--reason", reason])}
          write={(reason) => api.call("POST", path(act), { body: reason === "" ? {} : { reason } })}
          onDone={({ revision }) => {
            const other = back[act];
            tell(
              `${name}: ${act} done, revision ${revision}.`,
              other === undefined ? undefined : { label: `Undo: ${other}`, run: () => undo(other) },
            );
          }}
          onClose={() => setAct(null)}
        >
          <p>
            {application} and {service}, tier {tier}. In force everywhere as soon as the revision is.
          </p>
        </WriteDialog>
      )}
    </span>
  );
}
