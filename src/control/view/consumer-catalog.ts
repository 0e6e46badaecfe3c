// What consumers read of the catalogue: entries and descriptions without what is behind the mesh, in what they say and
// in what goes wrong.
import type { Env } from "../../env/env.ts";
import { settingsOf } from "../../env/settings.ts";
import { isolateState, type IsolateState } from "../../isolate/state.ts";
import type { Catalog } from "../../model/api/endpoints.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { serviceKey, type ScopedName } from "../../model/word/refs.ts";
import type { Store } from "../../store/store.ts";
import { seenOpenApi } from "../consumer/seen-openapi.ts";
import { mayReadWhole, type Reader, seenService, tiersByService } from "../consumer/seen-service.ts";
import type { OperationAnswer } from "../http/answer.ts";
import { staticEndpoints, toEndpoint } from "../register/to-api.ts";
import { addressesOf, wholeCatalog } from "./catalog-entry.ts";
import { readDescription } from "./openapi-description.ts";

interface Asked {
  readonly store: Store;
  readonly env: Env;
  readonly reader: Reader;
}

export async function seenCatalog({
  store,
  env,
  reader,
  namespace,
}: Asked & { readonly namespace: string | undefined }): Promise<Catalog> {
  const { catalog, tiers } = await currentCatalog(store, env);
  const items = catalog.items.flatMap((one) => {
    const isAsked = namespace === undefined || namespace === one.namespace;
    const own = tiers.get(serviceKey(one.namespace, one.name)) ?? [];
    return isAsked ? (seenService(one, own, reader) ?? []) : [];
  });
  return { items, revision: catalog.revision };
}

/** To read the whole registry for everybody who has a client id would be theirs to do as often as they like. */
async function currentCatalog(store: Store, env: Env): Promise<NonNullable<IsolateState["readCatalog"]>> {
  const state = isolateState();
  const key = JSON.stringify([await store.head(), settingsOf(env).meshDomain]);
  if (state.readCatalog?.key === key) {
    return state.readCatalog;
  }
  const [catalog, documents] = await Promise.all([
    wholeCatalog(store, env, undefined),
    store.documents({ kind: "Tier" }),
  ]);
  const read = { key, catalog, tiers: tiersByService(documents.map(({ document }) => document)) };
  state.readCatalog = read;
  return read;
}

export async function seenDescription(
  { store, env, reader, request }: Asked & { readonly request: Request },
  { namespace, name }: ScopedName,
): Promise<OperationAnswer<Record<string, unknown>> | Refusal> {
  // The same words whether there is no such service or none for them.
  const absent: Refusal = {
    problem: "notFound",
    detail: `There is no description of ${namespace}/${name} for you: it takes a contract in force with the service.`,
  };
  if (!mayReadWhole(namespace, name, reader)) {
    return absent;
  }
  const read = await readDescription(store, env, namespace, name);
  if (!read.ok) {
    const { problem } = read.refusal;
    const detail = `The description of ${namespace}/${name} cannot be had at the moment.`;
    return { problem, detail: problem === "notFound" ? `${namespace}/${name} has no description.` : detail };
  }
  const registered = await store.endpoints({ namespace, service: name });
  const all = [...staticEndpoints(read.document, settingsOf(env).isLocalMesh), ...registered.map(toEndpoint)];
  const prefixes = all.flatMap(({ url }) =>
    url === undefined ? [] : (URL.parse(url)?.pathname.replace(/\/+$/, "") ?? []),
  );
  const addresses = addressesOf({ namespace, name }, env).map((one) => new URL(one, request.url).href);
  return { body: { ...seenOpenApi(read.value, addresses, [...new Set(prefixes)]) } };
}
