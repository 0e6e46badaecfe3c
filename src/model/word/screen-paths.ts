// Addresses, below `/_selvage/ui`, of what the dashboard's screens show. A Service and an Application have screens of
// their own, every other document has the one of documents.
import { partsOfRef } from "./refs.ts";

export function documentPath(ref: string): string {
  const { kind, namespace, name } = partsOfRef(ref);
  const scoped = `${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  if (kind === "Service") {
    return `/services/${scoped}`;
  }
  return kind === "Application" ? `/clients/${scoped}` : `/policies/${encodeURIComponent(kind)}/${scoped}`;
}

export const rawPath = (ref: string): string => {
  const { kind, namespace, name } = partsOfRef(ref);
  return `/policies/${encodeURIComponent(kind)}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
};
