// Addresses of single resources in the admin API.
import { partsOfRef } from "../../model/word/refs.ts";

/** Path of one resource below `/_selvage/v1`, from a ref `<Kind>/<namespace>/<name>`. */
export function resourcePath(ref: string): string {
  const { kind, namespace, name } = partsOfRef(ref);
  return `/namespaces/${encodeURIComponent(namespace)}/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`;
}
