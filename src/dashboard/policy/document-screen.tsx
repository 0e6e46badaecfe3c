// One document: as it is written, what the mesh says of it, and the ways to change or remove it.
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useLocation, useParams } from "wouter";
import type { Resource } from "../../model/api/resource.ts";
import { refOf } from "../../model/word/refs.ts";
import { conditionsOf } from "../../status/conditions.ts";
import { api } from "../data/api.ts";
import { ReadFailure } from "../data/read.ts";
import { useMay } from "../data/session.tsx";
import { tell } from "../data/told.ts";
import { Ready } from "../part/ready.tsx";
import { Button } from "../part/button.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { Facts } from "../part/facts.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { Screen } from "../part/screen.tsx";
import { Tabs, useTab } from "../part/tabs.tsx";
import { When } from "../part/when.tsx";
import { WriteDialog } from "../part/write-dialog.tsx";
import { YamlView } from "../part/yaml-view.tsx";
import { curlLine, selvageLine } from "../word/command.ts";
import { authored } from "../word/document-text.ts";
import { ContractActs } from "../client/contract-acts.tsx";
import { DocumentEditor } from "./document-editor.tsx";

const tabs = ["document", "edit", "status"] as const;

interface Versioned {
  readonly resource: Resource;
  readonly etag: string | null;
}

export function DocumentScreen(): ReactNode {
  const { kind = "", ns = "", name = "" } = useParams();
  const ref = refOf(kind, ns, name);
  const path = `/namespaces/${encodeURIComponent(ns)}/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`;
  const read = useQuery<Versioned>({
    queryKey: ["document", ref],
    queryFn: async () => {
      const answer = await api.call<Resource>("GET", path);
      if (!answer.ok) {
        throw new ReadFailure(answer.failure);
      }
      return { resource: answer.value, etag: answer.etag };
    },
  });
  const tab = useTab(tabs);
  const may = useMay("operator", ns);
  const [isDeleting, setDeleting] = useState(false);
  const [, go] = useLocation();
  return (
    <Screen
      title={`${kind} ${ns}/${name}`}
      at={read.dataUpdatedAt}
      acts={
        may && read.data !== undefined ? (
          <Button look="danger" onPress={() => setDeleting(true)}>
            Delete…
          </Button>
        ) : null
      }
    >
      <Ready read={read}>
        {({ resource, etag }) => (
          <>
            {resource.kind === "Contract" ? <ContractActs contract={resource} /> : null}
            <Tabs
              names={may ? tabs : tabs.filter((one) => one !== "edit")}
              base={`/policies/${kind}/${ns}/${name}`}
              current={tab}
            />
            {tab === "document" ? <YamlView value={authored(resource)} label="The document" /> : null}
            {tab === "edit" && may ? <DocumentEditor key={etag} document={authored(resource)} /> : null}
            {tab === "status" ? <Status resource={resource} /> : null}
            {isDeleting ? (
              <WriteDialog
                title={`Delete ${kind} ${ns}/${name}`}
                act="Delete"
                danger
                reason="asked"
                confirm={name}
                command={(reason) => selvageLine(["delete", kind.toLowerCase(), name, "--reason", reason], ns)}
                write={(reason) =>
                  api.call("DELETE", path, {
                    query: { reason: reason || undefined, manager: "ui" },
                    ifMatch: etag ?? undefined,
                  })
                }
                onDone={() => {
                  tell(`${kind} ${ns}/${name} is deleted. The history can bring the document back.`);
                  go("/policies");
                }}
                onClose={() => setDeleting(false)}
              >
                <p>
                  The document goes, and with it what hangs on it alone: an Application&rsquo;s credentials, a
                  Contract&rsquo;s decision. Rolling back brings the document back, and not those.
                </p>
              </WriteDialog>
            ) : null}
          </>
        )}
      </Ready>
      <SameInTerminal
        lines={[
          selvageLine(["get", kind.toLowerCase(), name, "-o", "yaml"], ns),
          selvageLine(["edit", kind.toLowerCase(), name], ns),
          curlLine(api.server, "GET", path),
        ]}
      />
    </Screen>
  );
}

function Status({ resource }: { readonly resource: Resource }): ReactNode {
  const { metadata, status } = resource;
  return (
    <>
      <Facts
        rows={[
          ["Kept by", metadata.manager],
          ["Apply set", metadata.applySet],
          ["Changed", <When key="at" time={metadata.updatedAt} />],
          ["By", metadata.updatedBy],
          ["Revision", metadata.resourceVersion],
          ["Generation", metadata.generation],
        ]}
      />
      <h2>What the mesh says of it</h2>
      <ul className="stack">
        {conditionsOf(status).map((one) => (
          <li key={`${one.about ?? ""} ${one.type}`}>
            <HealthBadge word={one.status === "True" ? "healthy" : one.status === "False" ? "degraded" : "unknown"}>
              {one.type}: {one.status}
            </HealthBadge>{" "}
            {one.about} {one.reason}: {one.message} <When time={one.lastTransitionTime} />
          </li>
        ))}
      </ul>
      {status === null ? null : <YamlView value={status} label="Its status" />}
    </>
  );
}
