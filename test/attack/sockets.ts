// Attacks by WebSockets that stay open: each is opened by a right, which is then taken away in one of the ways there
// are. It ends within 30 seconds.
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { startWebSocketEcho } from "../support/raw/web-socket-echo.ts";
import { doc, gatewayApi } from "./documents.ts";
import type { Attack, Setting } from "./setting.ts";

const talk = startWebSocketEcho();
/** The first byte of a frame that says why; a caller who means ill does not answer it. */
const CLOSE = 0x88;
const LONGEST_MS = 32_000;

interface Opened {
  readonly status: number;
  readonly ended: Promise<unknown>;
}

function opened({ port }: Setting, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Opened> {
  const upgrade = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const asked = get({ port, path, agent: false, headers: { ...upgrade, ...headers } });
  asked.on("error", () => undefined);
  return new Promise((resolve) => {
    asked.on("response", (response) =>
      resolve({ status: response.resume().statusCode ?? 0, ended: Promise.resolve() }),
    );
    asked.on("upgrade", (_, socket) => {
      socket.on("error", () => undefined);
      const ended = new Promise((end) => {
        socket.on("data", (chunk: Buffer) => chunk[0] === CLOSE && end("told"));
        socket.once("end", end).once("close", end);
      });
      resolve({ status: 101, ended });
    });
  });
}

const NAME = "talk";
const service = (url: string, more = "exposure: public"): string =>
  doc("Service", NAME, `{${more}, endpoints: [{url: "${url}"}]}`, "shop");
const onTalk = `targetRefs: [{kind: Service, name: ${NAME}}]`;
const policy = (kind: string, spec: string): string => doc(kind, NAME, `{${onTalk}, ${spec}}`, "shop");

const routeAt = (hostname: string): string =>
  doc("HTTPRoute", NAME, `{hostnames: [${hostname}], rules: [{backendRefs: [{name: ${NAME}}]}]}`, "shop", gatewayApi);

interface Loss {
  readonly what: string;
  readonly before: (url: string) => string;
  readonly path?: string;
  readonly headers?: (s: Setting) => Promise<Readonly<Record<string, string>>>;
  /** Documents that take it away. */
  readonly after: (url: string) => string;
  /** What is deleted, as the command names it. */
  readonly gone?: readonly string[];
  /** Written, to be taken back at the end. */
  readonly left?: readonly string[];
}

async function deleted(s: Setting, what: string): Promise<void> {
  const { code, stderr } = await s.mesh.cli(["delete", what, "-n", "shop", "--if-match", "*"]);
  if (code !== 0) {
    throw new Error(stderr);
  }
}

const lost = ({ what, before, path = `/svc/${NAME}.shop/`, headers, after, gone = [], left = [] }: Loss): Attack => ({
  what,
  expected: "ends within 30 s",
  run: async (s) => {
    const { url } = await talk;
    await s.applied(before(url));
    const { status, ended } = await opened(s, path, await headers?.(s));
    const began = performance.now();
    if (after(url) !== "") {
      await s.applied(after(url));
    }
    for (const one of gone) {
      await deleted(s, one);
    }
    const how = await Promise.race([ended.then(() => "ended"), sleep(LONGEST_MS).then(() => "still open")]);
    const seconds = (performance.now() - began) / 1000;
    const both = [...left, `service/${NAME}`];
    for (const one of both.filter((each) => !gone.includes(each))) {
      await deleted(s, one);
    }
    return `${status}, ${how}${seconds < 30 ? " within 30 s" : ""}`;
  },
  holds: /^101, ended within 30 s$/,
});

const asWeb = async (s: Setting): Promise<Readonly<Record<string, string>>> => ({
  "selvage-identity": await s.identity("shop/web"),
});
const allow = (principal: string): string =>
  policy("AuthorizationPolicy", `action: ALLOW, rules: [{from: [{principals: ["${principal}"]}]}]`);

export const SOCKETS: readonly Attack[] = [
  lost({
    what: "an ALLOW that names somebody else from now on",
    before: (url) => service(url, "exposure: mesh") + allow("spiffe://mesh.local/ns/shop/sa/web"),
    headers: asWeb,
    after: () => allow("spiffe://mesh.local/ns/shop/sa/other"),
    left: [`authorizationpolicy/${NAME}`],
  }),
  lost({
    what: "a DENY by a header that the handshake had",
    before: (url) => service(url),
    headers: async () => ({ "x-tenant": "evil" }),
    after: () =>
      policy("AuthorizationPolicy", 'action: DENY, rules: [{when: [{key: "header:x-tenant", values: [evil]}]}]'),
    left: [`authorizationpolicy/${NAME}`],
  }),
  lost({
    what: "a DENY of the handshake's path",
    before: (url) => service(url),
    path: `/svc/${NAME}.shop/room/7`,
    after: () => policy("AuthorizationPolicy", "action: DENY, rules: [{to: [{paths: [/room/*]}]}]"),
    left: [`authorizationpolicy/${NAME}`],
  }),
  lost({
    what: "an address block that is denied",
    before: (url) => service(url),
    after: () => policy("IPAccessPolicy", "deny: [127.0.0.0/8]"),
    left: [`ipaccesspolicy/${NAME}`],
  }),
  lost({
    what: "an AuthenticationPolicy that asks for clients' credentials",
    before: (url) => service(url),
    after: () => policy("AuthenticationPolicy", "mode: require, clientCredentials: {required: true}"),
    left: [`authenticationpolicy/${NAME}`],
  }),
  lost({ what: "the service is deleted", before: (url) => service(url), after: () => "", gone: [`service/${NAME}`] }),
  lost({
    what: "the route is deleted that led to a service for the mesh only",
    before: (url) => service(url, "exposure: mesh") + routeAt("talk.shop.test"),
    headers: async () => ({ host: "talk.shop.test" }),
    after: () => "",
    gone: [`httproute/${NAME}`],
  }),
  lost({
    what: "the route's hostname is another one",
    before: (url) => service(url, "exposure: mesh") + routeAt("talk.shop.test"),
    headers: async () => ({ host: "talk.shop.test" }),
    after: () => routeAt("other.shop.test"),
    left: [`httproute/${NAME}`],
  }),
  lost({
    what: "a workload whose own service is deleted",
    before: (url) => service(url, "exposure: mesh") + doc("Service", "leaver", "{exposure: mesh}", "shop"),
    headers: async (s) => ({ "selvage-identity": await s.identity("shop/leaver") }),
    after: () => "",
    gone: ["service/leaver"],
  }),
  {
    what: "forty handshakes with a limit of three an hour",
    expected: "three are open",
    run: async (s) => {
      const { url } = await talk;
      await s.applied(
        service(url) +
          policy("RateLimitPolicy", "limits: [{name: few, requests: 3, window: 1h, key: [], mode: strict}]"),
      );
      const all = await Promise.all(Array.from({ length: 40 }, () => opened(s, `/svc/${NAME}.shop/`)));
      await deleted(s, `ratelimitpolicy/${NAME}`);
      await deleted(s, `service/${NAME}`);
      const counts = Map.groupBy(all, ({ status }) => status);
      return [...counts]
        .map(([status, list]) => `${status}×${list.length}`)
        .sort()
        .join(" ");
    },
    holds: /^101×3 429×37$/,
  },
  {
    what: "thirty upgrades to a service that does not know them",
    expected: "the caller's fault: the service goes on, breaker closed",
    run: async (s) => {
      const all = await Promise.all(Array.from({ length: 30 }, () => opened(s, "/svc/orders.shop/x")));
      const { status } = await s.get("/svc/orders.shop/fine");
      return `${[...new Set(all.map((one) => one.status))].join(" ")}; then ${status}`;
    },
    holds: /; then 200$/,
  },
];
