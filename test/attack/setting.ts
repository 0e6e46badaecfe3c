// Where the attacks happen: a local mesh with a shop, a neighbour whose operator means ill, and a service that tells
// what it got.
import { createServer, type AddressInfo, type Socket } from "node:net";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import { rawClient, type RawAnswer } from "../fuzz/raw-client.ts";

export interface Attack {
  /** What was tried. */
  readonly what: string;
  /** What should come of it, in words. */
  readonly expected: string;
  /** What came of it. */
  readonly run: (setting: Setting) => Promise<string>;
  /** Whether that is as expected. */
  readonly holds: RegExp;
}

export interface Setting {
  readonly mesh: TestMesh;
  readonly port: number;
  /** Where the service is. */
  readonly origin: string;
  /** Bytes to the mesh, on a connection of their own. */
  readonly send: (bytes: string) => Promise<RawAnswer | null>;
  /** A request to the mesh; the body of a good answer is the head of what the service got. */
  readonly get: (path: string, headers?: Readonly<Record<string, string>>, method?: string) => Promise<RawAnswer>;
  /** A call of the admin API, as the neighbour's operator unless another token is given. */
  readonly api: (method: string, path: string, body?: string, token?: string) => Promise<RawAnswer>;
  /** Applies as the admin and waits until it is in force. */
  readonly applied: (yaml: string) => Promise<void>;
  /** Applies as the neighbour, waits until it is in force, answers the status and the codes of what was said. */
  readonly evil: (yaml: string) => Promise<string>;
  /** Removes a document of the neighbour's: `httproute/forge`. */
  readonly dropped: (what: string) => Promise<void>;
  /** A workload's token: `shop/web`, `evil/client`. */
  readonly identity: (service: string) => Promise<string>;
  readonly evilToken: string;
  /** How many requests the service has had. */
  readonly asked: () => number;
}

export const SHOP = (origin: string): string => `
{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: orders, namespace: shop}, spec: {exposure: public, receive: [x-forwarded-for, x-forwarded-host, x-forwarded-proto, x-request-id, traceparent, selvage-assertion, selvage-source], endpoints: [{url: "${origin}"}]}}
---
{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: ledger, namespace: shop}, spec: {exposure: mesh, endpoints: [{url: "${origin}/ledger"}]}}
---
{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {exposure: mesh, endpoints: [{url: "${origin}"}]}}
---
{apiVersion: selvage.dev/v1, kind: AuthorizationPolicy, metadata: {name: no-admin, namespace: shop}, spec: {targetRefs: [{kind: Service, name: orders}], action: DENY, rules: [{to: [{paths: [/admin, /admin/*]}]}]}}
---
{apiVersion: selvage.dev/v1, kind: AuthorizationPolicy, metadata: {name: books, namespace: shop}, spec: {targetRefs: [{kind: Service, name: ledger}], action: ALLOW, rules: [{from: [{principals: ["spiffe://mesh.local/ns/shop/sa/web"]}]}]}}
---
{apiVersion: selvage.dev/v1, kind: TrafficPolicy, metadata: {name: orders, namespace: shop}, spec: {targetRefs: [{kind: Service, name: orders}], timeouts: {request: 5s}, circuitBreaker: {}}}
---
{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: shop, namespace: shop}, spec: {hostnames: [shop.example.com], rules: [{backendRefs: [{name: orders}]}]}}
---
{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: till, namespace: shop}, spec: {}}
---
{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: front, namespace: evil}, spec: {exposure: public, endpoints: [{url: "${origin}/evil"}]}}
---
{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: client, namespace: evil}, spec: {exposure: mesh, endpoints: [{url: "${origin}/evil"}]}}
`;

export async function openSetting(): Promise<{ setting: Setting; close: () => Promise<void> }> {
  const service = await teller();
  const mesh = await startMesh({ args: ["--mesh-domain", "mesh.test"] });
  const port = Number(new URL(mesh.url).port);
  const client = rawClient(port);
  const request = async (
    method: string,
    target: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<RawAnswer> => {
    const sent = {
      host: "127.0.0.1",
      ...headers,
      ...(body === undefined ? {} : { "content-length": String(body.length) }),
    };
    const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`);
    const answer = await client.send(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`);
    return answer ?? { status: 0, headers: new Map(), body: "the connection was closed" };
  };
  const call = (method: string, path: string, body: string | undefined, token: string): Promise<RawAnswer> => {
    const type = body !== undefined && /^(?:\{"|\{\}$)/.test(body) ? "application/json" : "application/yaml";
    const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": type }) };
    return request(method, `/_selvage/v1${path}`, headers, body);
  };
  const applied = async (yaml: string): Promise<void> => {
    const { code, stderr } = await mesh.cli(["apply", "--wait", "-f", "-"], yaml);
    if (code !== 0) {
      throw new Error(stderr);
    }
  };
  await applied(SHOP(service.url));
  const minted = await call(
    "POST",
    "/tokens",
    JSON.stringify({ name: "evil", role: "operator", namespaces: ["evil"] }),
    mesh.token,
  );
  const { token: evilToken } = JSON.parse(minted.body) as { token: string };
  const known = new Map<string, string>();
  const setting: Setting = {
    mesh,
    port,
    origin: service.url,
    evilToken,
    asked: service.asked,
    async send(bytes) {
      // Whatever comes behind the first answer is not to be taken for another request's.
      const own = rawClient(port);
      const answer = await own.send(bytes);
      own.close();
      return answer;
    },
    get: (path, headers = {}, method = "GET") => request(method, path, headers),
    api: (method, path, body, token = evilToken) => call(method, path, body, token),
    applied,
    async evil(yaml) {
      const { status, body } = await call("POST", "/apply", yaml, evilToken);
      const { revision } = JSON.parse(body) as { revision?: number };
      if (status === 200) {
        await live(revision ?? 0);
      }
      const codes = [...body.matchAll(/"code":"(SLV\d+)"/g)].map(([, code]) => code);
      return [status, ...new Set(codes)].join(" ");
    },
    async dropped(what) {
      const { code, stderr } = await mesh.cli(["delete", what, "-n", "evil", "--if-match", "*"]);
      if (code !== 0) {
        throw new Error(stderr);
      }
      await live(
        Number(/"revision":(\d+)/.exec((await call("GET", "/revisions?limit=1", undefined, mesh.token)).body)?.[1]),
      );
    },
    async identity(name) {
      const held = known.get(name);
      if (held !== undefined) {
        return held;
      }
      const credentials = await call("POST", `/services/${name}/credentials`, "{}", mesh.token);
      const { clientId, clientSecret } = JSON.parse(credentials.body) as { clientId: string; clientSecret: string };
      const basic = Buffer.from(`${clientId}:${clientSecret}`).toString("base64");
      const type = "application/x-www-form-urlencoded";
      const answer = await request(
        "POST",
        "/_selvage/v1/oauth/token",
        { authorization: `Basic ${basic}`, "content-type": type },
        "grant_type=client_credentials",
      );
      const { access_token: token } = JSON.parse(answer.body) as { access_token: string };
      known.set(name, token);
      await live(Number(/"revision":(\d+)/.exec(credentials.body)?.[1] ?? 0));
      return token;
    },
  };
  return {
    setting,
    close: async () => {
      client.close();
      await mesh.stop();
      service.close();
    },
  };

  async function live(revision: number): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      const { headers } = await request("GET", "/svc/none.none/", {});
      if (Number(headers.get("selvage-revision") ?? 0) >= revision) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`revision ${revision} is not in force`);
  }
}

/**
 * A service that answers with the head of the request that it got. `/say/<base64url>` has it answer with those bytes
 * instead.
 */
async function teller(): Promise<{ url: string; asked: () => number; close: () => void }> {
  let requests = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let pending = "";
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (chunk: Buffer) => {
      pending += chunk.toString("latin1");
      for (let end = pending.indexOf("\r\n\r\n"); end !== -1; end = pending.indexOf("\r\n\r\n")) {
        const head = pending.slice(0, end);
        const length = bodyLength(head, pending.slice(end + 4));
        if (length === null) {
          return;
        }
        pending = pending.slice(end + 4 + length);
        requests += 1;
        const said = /\/say\/([\w-]+)/.exec(head)?.[1];
        const answer =
          said === undefined
            ? `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${head.length}\r\n\r\n${head}`
            : Buffer.from(said, "base64url").toString("latin1");
        socket.write(Buffer.from(answer, "latin1"));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A listening TCP server has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked: () => requests,
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
    },
  };
}

/** Of what follows a head; null = it is not all there. */
function bodyLength(head: string, rest: string): number | null {
  if (/^transfer-encoding: chunked/im.test(head)) {
    const last = /(?:^|\r\n)0\r\n\r\n/.exec(rest);
    return last === null ? null : last.index + last[0].length;
  }
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  return rest.length < length ? null : length;
}

/** Status, and the code of a problem. */
export function said({ status, body }: RawAnswer): string {
  const code = /"code":"(SLV\d+)"/.exec(body)?.[1];
  return code === undefined ? String(status) : `${status} ${code}`;
}

/** Status and first line of what the service got, where it got something. */
export function arrived(answer: RawAnswer): string {
  return answer.status === 200 ? `200 ${answer.body.split("\r\n", 1)[0]}` : said(answer);
}

/** The values that a header had at the service. */
export function header({ status, body }: RawAnswer, name: string): string {
  if (status !== 200) {
    return `${status}`;
  }
  const values = body
    .split("\r\n")
    .flatMap((line) => (line.toLowerCase().startsWith(`${name}:`) ? [line.slice(name.length + 1).trim()] : []));
  return values.length === 0 ? "none" : values.join(" | ");
}
