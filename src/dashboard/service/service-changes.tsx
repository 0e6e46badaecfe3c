// What was written about one document lately, as the audit tells it.
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { ApiAnswer } from "../../cli/session/client.ts";
import type { AuditList } from "../../model/api/operators.ts";
import { Empty } from "../part/empty.tsx";
import { FailureNote } from "../part/failure-note.tsx";
import { When } from "../part/when.tsx";

interface ServiceChangesProps {
  readonly reference: string;
  readonly audit: ApiAnswer<AuditList>;
}

export function ServiceChanges({ reference, audit }: ServiceChangesProps): ReactNode {
  if (!audit.ok) {
    return <FailureNote failure={audit.failure} />;
  }
  const about = audit.value.items.filter(({ target }) => target === reference || target.startsWith(`${reference}/`));
  if (about.length === 0) {
    return <Empty cause="None of the last hundred writes was about this service alone." command="selvage history" />;
  }
  return (
    <ul>
      {about.map((one) => (
        <li key={one.seq}>
          <When time={one.at} /> {one.action} by {one.actor}
          {one.outcome === "refused" ? " (refused)" : ""}
          {one.reason === null ? "" : `: ${one.reason}`}{" "}
          {one.revision === null ? null : <Link href={`/history/${one.revision}`}>revision {one.revision}</Link>}
        </li>
      ))}
    </ul>
  );
}
