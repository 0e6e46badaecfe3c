// The product on a raw workerd: its own Worker, its own Durable Objects, D1 on SQLite, configured through its own admin
// API.
import { execFileSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { bundle } from "../src/cli/local/bundle-worker.ts";
import type { Counts, Stage, Subject, Variant } from "./variant.ts";
import { startWorkerd, type Workerd, type WorkerdWorker } from "./workerd.ts";
import { DURABLE_OBJECTS } from "../src/cli/local/workers.ts";

const root = new URL("..", import.meta.url).pathname;
const token = "bench-admin-token";

/** Documents in one apply; a mesh of ten thousand services is written in many. */
const DOCUMENTS_PER_APPLY = 2500;

export interface ProductOptions {
  /** Resource documents, in the order in which they are applied. */
  readonly documents: readonly object[];
  /** Or what makes them once the documents are applied, when they need something that only the mesh can give. */
  readonly requests: readonly string[] | ((port: number) => Promise<readonly string[]>);
  readonly layout?: Layout;
  /** Variables beside the usual ones. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Bindings of objects that this one does not have. */
  readonly without?: readonly string[];
}

/** A variant that is the product, with the mesh that it serves. */
export interface ProductVariant extends Variant {
  readonly options: (upstreamPort: number) => ProductOptions | Promise<ProductOptions>;
}

export const productVariant = (name: string, options: ProductVariant["options"]): ProductVariant => ({
  name,
  options,
  start: async (stage) => startProduct(stage, await options(stage.upstreamPort)),
});

/** The product's Worker as it is measured. */
export const productCode = (): Promise<string> => bundle(`${root}bench/workers/product.ts`);

/** The same where the control plane is a Worker of its own. */
export const trafficCode = (): Promise<string> =>
  bundle(`${root}bench/workers/product.ts`, { CONTROL_ELSEWHERE: "true" });

/** The same as another commit has it. @param into a folder that does not exist yet */
export async function codeAt(commit: string, into: string): Promise<string> {
  mkdirSync(into);
  const files = execFileSync("git", ["archive", commit], { cwd: root, maxBuffer: 2 ** 30 });
  execFileSync("tar", ["-x", "-C", into], { input: files });
  symlinkSync(join(root, "node_modules"), join(into, "node_modules"));
  return bundle(join(into, "bench/workers/product.ts"));
}

export async function startProduct({ dir }: Stage, options: ProductOptions): Promise<Subject> {
  const workerd = await serve(dir, await productCode(), options.layout, {
    vars: { ...VARIABLES, ...options.vars },
    without: options.without,
  });
  const port = workerd.ports["product/default"] ?? 0;
  const counts = async (): Promise<Counts> => {
    const [byObject, { statementsRun }] = await Promise.all([
      json<Record<string, number>>(workerd, "product/bench"),
      json<{ statementsRun: number }>(workerd, "d1/bench"),
    ]);
    const objectCalls = Object.values(byObject).reduce((sum, calls) => sum + calls, 0);
    return { objectCalls, byObject, d1Queries: statementsRun };
  };
  const { documents, requests } = options;
  try {
    await migrate(workerd);
    await apply(port, documents);
    const made = typeof requests === "function" ? await requests(port) : requests;
    await answers(port, made[0] ?? "");
    return { port, pids: [workerd.pid], requests: made, counts, stop: workerd.stop };
  } catch (error) {
    await workerd.stop();
    throw error;
  }
}

/** A mesh whose isolates are told apart: `many` edges beside the one that is configured. */
export interface Edges {
  readonly port: number;
  readonly ports: readonly number[];
  readonly pid: number;
  /** Calls of objects that the edges have made since they began. */
  readonly calls: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** @param builds of the edges, in turn; left out: all are of the build that the mesh itself is */
export async function startEdges(
  dir: string,
  documents: readonly object[],
  many: number,
  builds: readonly string[] = [],
): Promise<Edges> {
  const own = await productCode();
  const made = Array.from({ length: many }, (_, at) => ({
    name: `edge${at + 1}`,
    code: builds[at % builds.length] ?? own,
  }));
  const edges = made.map(({ name }) => name);
  const workerd = await serve(dir, own, "apart", { edges: made });
  const port = workerd.ports["product/default"] ?? 0;
  const calls = async (): Promise<number> => {
    const counts = edges.map((name) => json<Record<string, number>>(workerd, `${name}/bench`));
    return (await Promise.all(counts)).flatMap(Object.values<number>).reduce((sum, one) => sum + one, 0);
  };
  try {
    await migrate(workerd);
    await apply(port, documents);
  } catch (error) {
    await workerd.stop();
    throw error;
  }
  const ports = edges.map((name) => workerd.ports[`${name}/default`] ?? 0);
  return { port, ports, pid: workerd.pid, calls, stop: workerd.stop };
}

/** Builds of the Worker side by side: isolates of one process, with one mesh, beside any other Worker. */
export interface Builds {
  readonly pid: number;
  /** By name. */
  readonly ports: Readonly<Record<string, number>>;
  readonly requests: readonly string[];
  readonly stop: () => Promise<void>;
}

/** @param builds code by name; each gets an isolate of its own. @param beside Workers that are no mesh */
export async function startBuilds(
  { dir, upstreamPort }: Stage,
  { options }: ProductVariant,
  builds: readonly Build[],
  beside: readonly Build[],
): Promise<Builds> {
  const { documents, requests, vars, without } = await options(upstreamPort);
  const edges = { vars: { ...VARIABLES, ...vars }, edges: builds, without, beside };
  const workerd = await serve(dir, await productCode(), "together", edges);
  const port = workerd.ports["product/default"] ?? 0;
  try {
    await migrate(workerd);
    await apply(port, documents);
    const made = typeof requests === "function" ? await requests(port) : requests;
    const ports = Object.fromEntries(
      [...builds, ...beside].map(({ name }) => [name, workerd.ports[`${name}/default`] ?? 0]),
    );
    await Promise.all(builds.map(({ name }) => answers(ports[name] ?? 0, made[0] ?? "")));
    return { pid: workerd.pid, ports, requests: made, stop: workerd.stop };
  } catch (error) {
    await workerd.stop();
    throw error;
  }
}

/** Waits until a request of the load is answered well: what was written last is in force after a second. */
async function answers(port: number, request: string): Promise<void> {
  let last = "";
  for (const until = Date.now() + 10_000; Date.now() < until;) {
    last = await once(port, request);
    if (last.startsWith("HTTP/1.1 2")) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`the mesh does not answer what it is to be measured with: ${last}`);
}

/** The first bytes of the answer. */
function once(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("connect", () => socket.write(request, "latin1"));
    socket.on("data", (chunk) => {
      resolve(String(chunk));
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

/** Bindings of the objects as the Worker has them that holds them, and as another has them. */
export const objects = (within: string, without: readonly string[] = []): string[] =>
  Object.entries(DURABLE_OBJECTS).flatMap(([name, className]) => {
    const found =
      within === "" ? quote(className) : `(className = ${quote(className)}, serviceName = ${quote(within)})`;
    return without.includes(name) ? [] : [`(name = ${quote(name)}, durableObjectNamespace = ${found})`];
  });

const quote = (text: string): string => JSON.stringify(text);
const DATABASE =
  '(name = "DB", wrapped = (moduleName = "cloudflare-internal:d1-api", innerBindings = [(name = "fetcher", service = "d1")]))';
export const VARIABLES: Readonly<Record<string, string>> = {
  TRUST_DOMAIN: "mesh.local",
  LOCAL_MESH: "true",
  SELVAGE_ADMIN_TOKEN: token,
  LOCAL_CLIENT_ADDRESS: "127.0.0.1",
};

/** `together`: one Worker is both planes; `apart`: the control plane is a second one. */
export type Layout = "together" | "apart";

type Build = Pick<WorkerdWorker, "name" | "code">;

interface ServeOptions {
  readonly vars?: Readonly<Record<string, string>>;
  /** Further Workers of the product, each an isolate with a port of its own, over the same objects. */
  readonly edges?: readonly Build[];
  /** Workers that have nothing to do with it. */
  readonly beside?: readonly Build[];
  /** Bindings of objects that the mesh does not have. */
  readonly without?: readonly string[] | undefined;
  /** Of the control plane, where that is a Worker of its own; left out: the same build. */
  readonly control?: string;
}

/** Starts workerd with the given build of the product's Worker and a D1 beside it. */
export async function serve(
  dir: string,
  code: string,
  layout: Layout = "together",
  { vars = VARIABLES, edges = [], without = [], beside = [], control = code }: ServeOptions = {},
): Promise<Workerd> {
  const bound = '(name = "CONTROL", service = (name = "control", entrypoint = "Control"))';
  return startWorkerd(dir, [
    {
      name: "d1",
      code: await bundle(`${root}bench/workers/d1.ts`),
      classes: ["Database"],
      bindings: ['(name = "DATABASE", durableObjectNamespace = "Database")'],
      listen: ["bench"],
    },
    {
      name: "product",
      code,
      classes: Object.values(DURABLE_OBJECTS),
      vars,
      bindings: [...objects("", without), DATABASE, ...(layout === "apart" ? [bound] : [])],
      listen: ["default", "bench"],
    },
    ...beside.map((one) => ({ ...one, listen: ["default"] })),
    ...edges.map((one) => ({
      ...one,
      vars,
      bindings: [...objects("product", without), DATABASE, ...(layout === "apart" ? [bound] : [])],
      listen: ["default", "bench"],
    })),
    ...(layout === "apart"
      ? [{ name: "control", code: control, vars, bindings: [...objects("product"), DATABASE], listen: [] }]
      : []),
  ]);
}

/** Creates the schema that production has. */
export async function migrate(workerd: Workerd): Promise<void> {
  for (const path of globSync("migrations/*.sql", { cwd: root }).sort()) {
    const url = `http://127.0.0.1:${workerd.ports["d1/bench"]}/`;
    const response = await fetch(url, { method: "POST", body: readFileSync(root + path, "utf8") });
    if (!response.ok) {
      throw new Error(`${path} failed: ${await response.text()}`);
    }
  }
}

/** Writes documents through the admin API. */
export async function apply(port: number, documents: readonly object[]): Promise<void> {
  for (let from = 0; from < documents.length; from += DOCUMENTS_PER_APPLY) {
    const response = await fetch(`http://127.0.0.1:${port}/_selvage/v1/apply`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(documents.slice(from, from + DOCUMENTS_PER_APPLY)),
    });
    if (!response.ok) {
      throw new Error(`apply answered ${response.status}: ${await response.text()}`);
    }
    await response.body?.cancel();
  }
}

/** A client id and secret for an Application. */
export async function mintCredentials(
  port: number,
  namespace: string,
  name: string,
): Promise<{ id: string; secret: string }> {
  const url = `http://127.0.0.1:${port}/_selvage/v1/applications/${namespace}/${name}/credentials`;
  const response = await fetch(url, { method: "POST", headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) {
    throw new Error(`no credentials: ${response.status} ${await response.text()}`);
  }
  const { clientId, clientSecret } = (await response.json()) as { clientId: string; clientSecret: string };
  return { id: clientId, secret: clientSecret };
}

async function json<T>(workerd: Workerd, socket: string): Promise<T> {
  return (await (await fetch(`http://127.0.0.1:${workerd.ports[socket]}/`)).json()) as T;
}
