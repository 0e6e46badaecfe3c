// A resource as its author wrote it: what the registry adds is left out, and so is what has its default in metadata.
import type { Resource } from "../../model/api/resource.ts";

export function authored({ apiVersion, kind, metadata, spec }: Resource): object {
  const { name, namespace, labels, annotations } = metadata;
  const own = {
    name,
    namespace,
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  return { apiVersion, kind, metadata: own, spec };
}
