// The catalogue as consumers see it: public services in brief, those with a contract in full, and nothing of any other.
// Never endpoints, labels, or where a service runs: those are for who operates it. Pure.
import type { CatalogService } from "../../model/api/endpoints.ts";
import type { Document, DocumentOf } from "../../model/document/document.ts";
import type { Identities } from "../../model/snapshot/access.ts";
import { serviceKey } from "../../model/word/refs.ts";

/** On whose behalf somebody reads. */
export interface Reader {
  readonly identities: Identities | undefined;
  /** Is the application (`<namespace>/<name>`) one of theirs? */
  readonly speaksFor: (application: string) => boolean;
  /** Is the service's namespace one that they look after anyway? */
  readonly looksAfter: (namespace: string) => boolean;
}

type Contract = NonNullable<CatalogService["contracts"]>[number];

/** Contracts in force of the reader's applications with the service. */
function contractsWith(service: string, { identities, speaksFor }: Reader): Contract[] {
  const contracts = identities?.contracts;
  const those = contracts !== undefined && Object.hasOwn(contracts, service) ? contracts[service] : undefined;
  return Object.entries(those ?? {}).flatMap(([application, { tier }]) =>
    speaksFor(application) ? [{ application, tier }] : [],
  );
}

/** What opens the whole entry, and the description of the API. */
export function mayReadWhole(namespace: string, name: string, reader: Reader): boolean {
  return reader.looksAfter(namespace) || contractsWith(serviceKey(namespace, name), reader).length > 0;
}

/**
 * @param whole the entry as its operators see it
 * @param tiers of the service
 * @returns null = they are not to know that it is there
 */
export function seenService(
  whole: CatalogService,
  tiers: readonly DocumentOf<"Tier">[],
  reader: Reader,
): CatalogService | null {
  const { namespace, name, description, owner, exposure, addresses } = whole;
  const isWhole = mayReadWhole(namespace, name, reader);
  if (!isWhole && exposure !== "public") {
    return null;
  }
  return {
    namespace,
    name,
    description,
    owner,
    exposure,
    labels: {},
    addresses,
    versions: isWhole ? whole.versions : [],
    endpoints: [],
    openapi: isWhole ? whole.openapi : null,
    links: isWhole ? whole.links : [],
    tiers: tiers.map(({ metadata, spec: { approval, limits } }) => ({
      name: metadata.name,
      approval,
      limits: limits.map(({ name, requests, window }) => ({ name, requests, window })),
    })),
    contracts: contractsWith(serviceKey(namespace, name), reader),
  };
}

/** By the service that they are of. */
export function tiersByService(documents: readonly Document[]): ReadonlyMap<string, DocumentOf<"Tier">[]> {
  const tiers = documents.filter((one): one is DocumentOf<"Tier"> => one.kind === "Tier");
  return Map.groupBy(tiers, ({ metadata, spec }) => serviceKey(metadata.namespace, spec.service));
}
