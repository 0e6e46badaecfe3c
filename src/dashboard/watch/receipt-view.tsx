// What is known of one request: what was decided, by what, and which calls it made.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { ReceiptShown } from "../../model/api/requests.ts";
import { DataTable } from "../part/data-table.tsx";
import { Facts } from "../part/facts.tsx";
import { HealthBadge } from "../part/drawn.tsx";
import { When } from "../part/when.tsx";
import { msText } from "../word/number.ts";
import { statusHealth } from "./status-health.ts";

export function ReceiptView({ receipt }: { readonly receipt: ReceiptShown }): ReactNode {
  const { status, method, host, path, traceId, decision, policy, code, detail, held, steps, calls } = receipt;
  return (
    <>
      <p>
        <HealthBadge word={statusHealth(status)}>{status}</HealthBadge>{" "}
        <span className="mono">{`${method} ${host}${path}`}</span>
      </p>
      <Facts
        rows={[
          ["When", <When key="at" time={receipt.at} />],
          ["Took", msText(receipt.tookMs)],
          ["Kept for", receipt.keptFor === "watched" ? "nothing: it was only shown as it ended" : receipt.keptFor],
          ["Decided by", `${decision}${code === null ? "" : ` ${code}`}`],
          ["Policy", policy],
          ["In words", detail],
          ["Caller", receipt.caller],
          ["From", receipt.clientIp],
          ["Service", receipt.service],
          ["Version", receipt.version],
          ["Route", receipt.route],
          [
            "Revision",
            <Link key="revision" href={`/history/${receipt.revision}`}>
              {receipt.revision}
            </Link>,
          ],
          ["Trace", receipt.keptFor === "watched" ? traceId : <TraceLink key="trace" id={traceId} />],
          [
            "In force",
            Object.entries(held)
              .map(([kind, names]) => `${kind}: ${names.join(", ")}`)
              .join("; "),
          ],
        ]}
      />
      {calls.length === 0 ? null : (
        <DataTable
          caption="Calls that it made"
          rows={calls}
          keyOf={({ spanId }) => spanId}
          columns={[
            { head: "For", cell: ({ purpose }) => purpose },
            { head: "Endpoint", cell: ({ service, endpoint }) => `${service} ${endpoint}` },
            { head: "Version", cell: ({ version }) => version ?? "none" },
            { head: "From", number: true, cell: ({ fromMs }) => msText(fromMs) },
            { head: "To", number: true, cell: ({ toMs }) => msText(toMs) },
            { head: "Outcome", cell: ({ status: answered, failure }) => failure ?? answered ?? "not ended" },
          ]}
        />
      )}
      {steps.length === 0 ? null : (
        <DataTable
          caption="Steps"
          rows={steps.map((step, index) => ({ step, index }))}
          keyOf={({ index }) => String(index)}
          columns={[
            { head: "At", number: true, cell: ({ step }) => msText(step.atMs) },
            { head: "Stage", cell: ({ step }) => step.stage },
            {
              head: "Found",
              cell: ({ step }) =>
                Object.entries(step.facts)
                  .map(([name, value]) => `${name}: ${String(value)}`)
                  .join("; "),
            },
          ]}
        />
      )}
    </>
  );
}

const TraceLink = ({ id }: { readonly id: string }): ReactNode => <Link href={`/traces/${id}`}>{id}</Link>;
