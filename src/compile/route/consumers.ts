// Routes that are attached to a service of another namespace (GAMMA's consumer routes): for callers of their own
// namespace only, and, as long as that namespace was granted nothing, only where the service has no routes of its own
// that they would replace.
import type { DocumentOf } from "../../model/document/document.ts";
import { partsOfKey, serviceKey } from "../../model/word/refs.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { draft } from "../documents/conditions.ts";
import type { DocumentIndex } from "../documents/document-index.ts";
import type { Attachment } from "./attachment.ts";
import { isForeign } from "./references.ts";

type Route = DocumentOf<"HTTPRoute">;

/** The services that have routes of their own. */
export function producersOf(world: DocumentIndex): ReadonlySet<ServiceKey> {
  const keys = world.routes.flatMap(({ metadata, spec }) =>
    spec.parentRefs.flatMap(({ kind, name, namespace = metadata.namespace }) =>
      kind === "Service" && namespace === metadata.namespace ? [serviceKey(namespace, name)] : [],
    ),
  );
  return new Set(keys);
}

/** The same attachment, as far as a route may be a consumer's there. */
export function asConsumer(
  attachment: Attachment,
  { metadata }: Route,
  world: DocumentIndex,
  producers: ReadonlySet<ServiceKey>,
): Attachment {
  const { service } = attachment;
  if (service === null || !isForeign(metadata.namespace, service.key, world)) {
    return attachment;
  }
  const { namespace: theirs } = partsOfKey(service.key);
  const ungranted = `${theirs} has no ReferenceGrant for HTTPRoutes of ${metadata.namespace}`;
  if (producers.has(service.key)) {
    const why = `The Service ${service.key} has routes of its own, which would not hold beside this one, and ${ungranted}`;
    return { ...attachment, accepted: draft("Accepted", false, "RefNotPermitted", why) };
  }
  const message = `The route is accepted for callers of ${metadata.namespace}; ${ungranted}: what it and its policies say only tightens`;
  return { ...attachment, accepted: draft("Accepted", true, "Accepted", message) };
}
