// An OpenAPI description as a plain page: every operation opens by itself, the text of the author stays text.
import type { ReactNode } from "react";
import { useRead } from "../data/read.ts";
import { Ready } from "../part/ready.tsx";
import { DataTable } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { describeApi, type ApiOperation } from "./api-operations.ts";

interface ApiReferenceProps {
  readonly namespace: string;
  readonly name: string;
  readonly has: boolean;
  readonly isPortal: boolean;
}

export function ApiReference({ namespace, name, has, isPortal }: ApiReferenceProps): ReactNode {
  const path = `/catalog/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/openapi.json`;
  const read = useRead<Readonly<Record<string, unknown>>>(has ? path : null);
  if (!has && isPortal) {
    return <Empty cause="It has no reference, or one that takes a contract in force: ask for access." />;
  }
  if (!has) {
    return (
      <Empty
        cause="Its Service names no OpenAPI description: spec.openapi takes a url, or the description itself."
        command={`selvage edit service ${name} -n ${namespace}`}
      />
    );
  }
  return (
    <Ready read={read}>
      {(document) => {
        const { title, version, about, operations, more } = describeApi(document);
        return (
          <>
            <h2>
              {title} <span className="quiet">{version}</span>
            </h2>
            <p>{about}</p>
            {operations.map((one) => (
              <Operation key={one.id} operation={one} />
            ))}
            {more === 0 ? null : <p>{more} more operations are in the description itself.</p>}
          </>
        );
      }}
    </Ready>
  );
}

function Operation({ operation }: { readonly operation: ApiOperation }): ReactNode {
  const { method, path, summary, description, deprecated, parameters, body, answers } = operation;
  return (
    <details className="card">
      <summary>
        <strong className="mono">{method}</strong> <code>{path}</code> {summary} {deprecated ? "(deprecated)" : ""}
      </summary>
      <p>{description}</p>
      {parameters.length === 0 ? null : (
        <DataTable
          caption="Parameters"
          rows={parameters}
          keyOf={({ name, where }) => `${where} ${name}`}
          columns={[
            { head: "Name", cell: ({ name }) => <code>{name}</code> },
            { head: "In", cell: ({ where }) => where },
            { head: "Type", cell: ({ type }) => type },
            { head: "About", cell: ({ about }) => about },
          ]}
        />
      )}
      {body === null ? null : <p>Body: {body}</p>}
      <DataTable
        caption="Answers"
        rows={answers}
        keyOf={({ status }) => status}
        columns={[
          { head: "Status", cell: ({ status }) => status },
          { head: "About", cell: ({ about }) => about },
          { head: "Type", cell: ({ type }) => type },
        ]}
      />
    </details>
  );
}
