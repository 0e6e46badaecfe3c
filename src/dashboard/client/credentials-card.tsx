// Credentials of an application: which are in force, a new one shown once, two at a time for a change without outage.
import { useState, type ReactNode } from "react";
import type { Credentials, MintedCredentials } from "../../model/api/clients.ts";
import { api } from "../data/api.ts";
import { useRead } from "../data/read.ts";
import { useMay } from "../data/session.tsx";
import { tell } from "../data/told.ts";
import { Ready } from "../part/ready.tsx";
import { Button } from "../part/button.tsx";
import { DataTable } from "../part/data-table.tsx";
import { Facts } from "../part/facts.tsx";
import { When } from "../part/when.tsx";
import { WriteDialog } from "../part/write-dialog.tsx";
import { selvageLine } from "../word/command.ts";
import { ShownOnce } from "../part/shown-once.tsx";

type Act = { readonly of: "mint" } | { readonly of: "rotate" } | { readonly of: "revoke"; readonly id: string };

export function CredentialsCard({ namespace, name }: { readonly namespace: string; readonly name: string }): ReactNode {
  const base = `/applications/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/credentials`;
  const read = useRead<Credentials>(base);
  const may = useMay("operator", namespace);
  const [act, setAct] = useState<Act | null>(null);
  const [minted, setMinted] = useState<MintedCredentials | null>(null);
  const write = {
    mint: () => api.call<MintedCredentials>("POST", base),
    rotate: () => api.call<MintedCredentials>("POST", `${base}/rotate`, { body: { overlap: "24h" } }),
  };
  return (
    <>
      <Ready read={read}>
        {({ clientId, secrets }) => (
          <>
            <Facts rows={[["Client id", clientId === null ? null : <code key="id">{clientId}</code>]]} />
            <DataTable
              caption="Secrets in force"
              none="No secret was made yet, or all have ended: nobody can call as this application."
              rows={secrets}
              keyOf={({ id }) => id}
              columns={[
                { head: "Secret", cell: ({ id }) => <code>slvs_{id}_…</code> },
                { head: "Made", cell: ({ createdAt }) => <When time={createdAt} /> },
                { head: "By", cell: ({ createdBy }) => createdBy },
                {
                  head: "Ends",
                  cell: ({ expiresAt }) => (expiresAt === null ? "when it is revoked" : <When time={expiresAt} />),
                },
                {
                  head: "Do",
                  cell: ({ id }) =>
                    may ? (
                      <Button
                        small
                        look="danger"
                        label={`Revoke secret ${id}`}
                        onPress={() => setAct({ of: "revoke", id })}
                      >
                        Revoke…
                      </Button>
                    ) : null,
                },
              ]}
            />
            {may ? (
              <div className="row">
                {secrets.length < 2 ? <Button onPress={() => setAct({ of: "mint" })}>Make a secret…</Button> : null}
                {secrets.length === 1 ? <Button onPress={() => setAct({ of: "rotate" })}>Rotate…</Button> : null}
              </div>
            ) : null}
          </>
        )}
      </Ready>
      {minted === null ? null : (
        <ShownOnce
          title={`Credentials of ${namespace}/${name}`}
          values={[
            ["Client id", minted.clientId],
            ["Client secret", minted.clientSecret],
          ]}
          onClose={() => setMinted(null)}
        />
      )}
      {act === null ? null : act.of === "revoke" ? (
        <WriteDialog<Credentials>
          title={`Revoke a secret of ${name}`}
          act="Revoke"
          danger
          confirm={act.id}
          command={() => selvageLine(["app", "revoke", name, act.id], namespace)}
          write={() => api.call("DELETE", `${base}/${encodeURIComponent(act.id)}`)}
          onDone={() => tell(`The secret ${act.id} is revoked.`)}
          onClose={() => setAct(null)}
        >
          <p>Calls with this secret are refused as soon as the revision is in force.</p>
        </WriteDialog>
      ) : (
        <WriteDialog<MintedCredentials>
          title={act.of === "mint" ? `Make a secret for ${name}` : `Rotate the secret of ${name}`}
          act={act.of === "mint" ? "Make" : "Rotate"}
          command={() =>
            act.of === "mint"
              ? selvageLine(["app", "credentials", name, "--add"], namespace)
              : selvageLine(["app", "rotate", name, "--overlap", "24h"], namespace)
          }
          write={write[act.of]}
          onDone={setMinted}
          onClose={() => setAct(null)}
        >
          <p>
            {act.of === "mint"
              ? "The secret is shown once. Two may be in force at the same time."
              : "A new secret is shown once; the former one ends in 24 hours, so that both are good meanwhile."}
          </p>
        </WriteDialog>
      )}
    </>
  );
}
