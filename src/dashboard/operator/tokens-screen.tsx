// Operators' tokens: who has which role where, a new one shown once, and the end of one.
import { useState, type ReactNode } from "react";
import type { ApiToken, MintedToken, TokenList, TokenRequest } from "../../model/api/operators.ts";
import type { Role } from "../../model/api/resource.ts";
import { api } from "../data/api.ts";
import { useRead } from "../data/read.ts";
import { useMay, useWho } from "../data/session.tsx";
import { tell } from "../data/told.ts";
import { Ready } from "../part/ready.tsx";
import { Button } from "../part/button.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable, type Column } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { Facts } from "../part/facts.tsx";
import { FormField } from "../part/form-field.tsx";
import { Screen } from "../part/screen.tsx";
import { ShownOnce } from "../part/shown-once.tsx";
import { When } from "../part/when.tsx";
import { WriteDialog } from "../part/write-dialog.tsx";
import { selvageLine } from "../word/command.ts";

export function TokensScreen(): ReactNode {
  const who = useWho();
  const may = useMay("admin");
  const read = useRead<TokenList>("/tokens");
  const [isMaking, setMaking] = useState(false);
  const [minted, setMinted] = useState<MintedToken | null>(null);
  return (
    <Screen
      title="Tokens"
      at={read.dataUpdatedAt}
      acts={may ? <Button onPress={() => setMaking(true)}>New token…</Button> : null}
    >
      {who === null ? null : (
        <Facts
          rows={[
            ["You are", who.name],
            ["Role", who.role],
            ["Namespaces", who.namespaces === null ? "all" : who.namespaces.join(", ")],
            ["Known by", who.by],
            ["Until", who.expiresAt === null ? "no end" : <When key="end" time={who.expiresAt} />],
          ]}
        />
      )}
      <Ready read={read}>{({ items }) => <TokenTable items={items} mayRemove={may} />}</Ready>
      {isMaking ? <NewTokenDialog onMinted={setMinted} onClose={() => setMaking(false)} /> : null}
      {minted === null ? null : (
        <ShownOnce title={`Token ${minted.name}`} values={[["Token", minted.token]]} onClose={() => setMinted(null)} />
      )}
      <SameInTerminal lines={["selvage token ls", "selvage auth whoami"]} />
    </Screen>
  );
}

function TokenTable({
  items,
  mayRemove,
}: {
  readonly items: readonly ApiToken[];
  readonly mayRemove: boolean;
}): ReactNode {
  const [removing, setRemoving] = useState<ApiToken | null>(null);
  if (items.length === 0) {
    return (
      <Empty
        cause="There is no API token; only the bootstrap token opens the mesh."
        command="selvage token create ci --role operator"
      />
    );
  }
  const columns: readonly Column<ApiToken>[] = [
    { head: "Name", cell: (one) => one.name, sort: (one) => one.name },
    { head: "Role", cell: (one) => one.role, sort: (one) => one.role },
    { head: "Namespaces", cell: (one) => (one.namespaces === null ? "all" : one.namespaces.join(", ")) },
    {
      head: "Made",
      cell: (one) => (
        <>
          <When time={one.createdAt} /> by {one.createdBy}
        </>
      ),
      sort: (one) => one.createdAt,
    },
    { head: "Used", cell: (one) => <When time={one.lastUsedAt} />, sort: (one) => one.lastUsedAt ?? "" },
    {
      head: "Ends",
      cell: (one) => (one.expiresAt === null ? "no end" : <When time={one.expiresAt} />),
      sort: (one) => one.expiresAt ?? "",
    },
    {
      head: "Do",
      cell: (one) =>
        mayRemove ? (
          <Button small look="danger" label={`Revoke token ${one.id}`} onPress={() => setRemoving(one)}>
            Revoke…
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      <DataTable
        caption="Tokens"
        columns={columns}
        rows={items}
        keyOf={(one) => one.id}
        textOf={(one) => `${one.name} ${one.role} ${one.id}`}
      />
      {removing === null ? null : (
        <WriteDialog
          title={`Revoke the token ${removing.name}`}
          act="Revoke"
          danger
          confirm={removing.id}
          command={() => selvageLine(["token", "rm", removing.id])}
          write={() => api.call("DELETE", `/tokens/${encodeURIComponent(removing.id)}`)}
          onDone={() => tell(`The token ${removing.name} is revoked.`)}
          onClose={() => setRemoving(null)}
        >
          <p>It is refused from the next call on, and cannot be brought back.</p>
        </WriteDialog>
      )}
    </>
  );
}

const roles: readonly Role[] = ["viewer", "operator", "admin"];

interface NewTokenProps {
  readonly onMinted: (token: MintedToken) => void;
  readonly onClose: () => void;
}

function NewTokenDialog({ onMinted, onClose }: NewTokenProps): ReactNode {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [namespaces, setNamespaces] = useState("");
  const list = namespaces.split(/[\s,]+/).filter(Boolean);
  const body: TokenRequest = { name: name.trim(), role, ...(list.length === 0 ? {} : { namespaces: list }) };
  return (
    <WriteDialog<MintedToken>
      title="New token"
      act="Make it"
      command={() =>
        selvageLine([
          "token",
          "create",
          name || "NAME",
          "--role",
          role,
          ...(list.length === 0 ? [] : ["--namespaces", list.join(",")]),
        ])
      }
      write={() => api.call("POST", "/tokens", { body })}
      onDone={onMinted}
      onClose={onClose}
    >
      <FormField label="Name" value={name} onChange={setName} required hint="Who or what will use it." />
      <FormField
        label="Role"
        value={role}
        options={roles}
        onChange={(text) => setRole(roles.find((one) => one === text) ?? "viewer")}
      />
      <FormField
        label="Only these namespaces"
        value={namespaces}
        onChange={setNamespaces}
        hint="Separated by commas; empty: all."
      />
    </WriteDialog>
  );
}
