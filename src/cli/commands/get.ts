// `selvage get KIND [NAME]`: documents as the registry holds them, and endpoints, as tables or as data.
import { sayError } from "../session/error-line.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { untilSignal } from "../local/until-signal.ts";
import type { Catalog, CatalogService } from "../../model/api/endpoints.ts";
import type { Resource, ResourceList } from "../../model/api/resource.ts";
import type { ApiAnswer } from "../session/client.ts";
import { endpointTable, resourceTable } from "../print/columns.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { listResources } from "../session/list-resources.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { resourcePath } from "../session/resource-path.ts";
import type { CliSession } from "../session/session.ts";
import { namespaceFor, understand } from "../session/kind-argument.ts";

export interface GetOptions {
  readonly allNamespaces?: boolean;
  readonly selector?: string;
  readonly watch?: boolean;
}

const WATCH_MS = 1000;

export async function get(
  session: CliSession,
  kind: string,
  name: string | undefined,
  options: GetOptions,
): Promise<ExitCode> {
  if (options.watch !== true) {
    return getOnce(session, kind, name, options);
  }
  const ended = untilSignal();
  let last: string | null = null;
  for (;;) {
    const said: string[] = [];
    const terminal = { ...session.terminal, out: (text: string) => void said.push(text) };
    const code = await getOnce({ ...session, terminal }, kind, name, options);
    // One that is gone is news like any other; whoever may not look is told at once.
    if (code !== exitCodes.ok && code !== exitCodes.notFound && code !== exitCodes.unavailable) {
      return code;
    }
    const text = said.join("\n");
    // How old something is changes all the time.
    const shape = text.replaceAll(/\b\d+[smhd]\b/g, "");
    if (shape !== last && text !== "") {
      session.terminal.out(text);
    }
    last = shape;
    if (await Promise.race([ended.then(() => true), sleep(WATCH_MS, false)])) {
      return exitCodes.ok;
    }
  }
}

async function getOnce(
  session: CliSession,
  kind: string,
  name: string | undefined,
  options: GetOptions,
): Promise<ExitCode> {
  const understood = understand(kind, name);
  if (!understood.ok) {
    sayError(session.terminal, understood.message);
    return exitCodes.usage;
  }
  const { what } = understood;
  if (what.endpoints) {
    return getEndpoints(session, what.name, options);
  }
  if (what.name !== null) {
    return getOne(session, what.kinds ?? [], what.name);
  }
  return getList(session, what.kinds, options);
}

async function getOne(session: CliSession, kinds: readonly string[], name: string): Promise<ExitCode> {
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    sayError(session.terminal, "a name belongs to one kind");
    return exitCodes.usage;
  }
  const ref = `${kind}/${namespaceFor(kind, session.namespace)}/${name}`;
  const answer = await session.client.call<Resource>("GET", resourcePath(ref));
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  await printResources(session, [answer.value], answer.value, { namespaces: false, mixed: false });
  return exitCodes.ok;
}

async function getList(session: CliSession, kinds: readonly string[] | null, options: GetOptions): Promise<ExitCode> {
  const { client, terminal } = session;
  const everywhere = options.allNamespaces === true;
  const lists: ApiAnswer<ResourceList>[] = await Promise.all(
    (kinds ?? [undefined]).map((kind) =>
      listResources(client, {
        kind,
        namespace: everywhere || kind === undefined ? undefined : namespaceFor(kind, session.namespace),
        labelSelector: options.selector,
      }),
    ),
  );
  const items: Resource[] = [];
  let revision = 0;
  for (const list of lists) {
    if (!list.ok) {
      return reportFailure(list.failure, terminal);
    }
    items.push(...list.value.items.filter((one) => kinds !== null || everywhere || isShown(one, session.namespace)));
    revision = list.value.revision;
  }
  const data = { items, nextCursor: null, revision };
  await printResources(session, items, data, { namespaces: everywhere, mixed: kinds === null || kinds.length > 1 });
  if (items.length === 0) {
    const where = everywhere ? "" : ` in namespace ${session.namespace ?? "default"} (-A shows all namespaces)`;
    terminal.err(`nothing found${where}`);
  }
  return exitCodes.ok;
}

const isShown = ({ kind, metadata }: Resource, namespace: string | null): boolean =>
  metadata.namespace === namespaceFor(kind, namespace);

async function printResources(
  session: CliSession,
  items: readonly Resource[],
  data: unknown,
  { namespaces, mixed }: { readonly namespaces: boolean; readonly mixed: boolean },
): Promise<void> {
  const forPeople = session.output === "table" || session.output === "wide";
  const needsCatalog = forPeople && !mixed && items.some(({ kind }) => kind === "Service");
  const catalog = needsCatalog ? await readCatalog(session) : new Map<string, CatalogService>();
  await printData(session, {
    data,
    human: (wide) =>
      items.length === 0 ? [] : resourceTable(items, { now: Date.now(), namespaces, catalog }, wide, mixed),
    names: () => items.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`),
  });
}

/** Without it the table still stands, only emptier. */
async function readCatalog({ client }: CliSession): Promise<Map<string, CatalogService>> {
  const answer = await client.call<Catalog>("GET", "/catalog");
  return new Map((answer.ok ? answer.value.items : []).map((one) => [`${one.namespace}/${one.name}`, one]));
}

async function getEndpoints(session: CliSession, service: string | null, options: GetOptions): Promise<ExitCode> {
  const answer = await session.client.call<Catalog>("GET", "/catalog");
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const everywhere = options.allNamespaces === true;
  const services = answer.value.items.filter(
    ({ namespace, name }) =>
      (everywhere || namespace === (session.namespace ?? "default")) && (service === null || name === service),
  );
  if (service !== null && services.length === 0) {
    sayError(session.terminal, `there is no service "${service}"`);
    return exitCodes.notFound;
  }
  const items = services.flatMap(({ endpoints }) => endpoints);
  await printData(session, {
    data: { items },
    human: (wide) => (items.length === 0 ? [] : endpointTable(items, wide, everywhere)),
    names: () => items.map(({ id }) => `endpoint/${id}`),
  });
  if (items.length === 0) {
    session.terminal.err("no endpoints");
  }
  return exitCodes.ok;
}
