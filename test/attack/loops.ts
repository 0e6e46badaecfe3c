// Attacks that lead the mesh back into itself, and questions of proxies and of the admin API that are meant to be read
// in two ways.
import { doc, route } from "./documents.ts";
import { arrived, said, type Attack, type Setting } from "./setting.ts";

/** How often the service was asked while this ran. */
async function counted(s: Setting, act: () => Promise<string>): Promise<string> {
  const before = s.asked();
  const seen = await act();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const more = s.asked() - before;
  return `${seen}; ${more > 40 ? `asked ${more} times` : "asked a few times"}`;
}
const BOUNDED = /; asked a few times$/;
const self = (port: number, path: string): string => `http://127.0.0.1:${port}${path}`;

const loops: readonly Attack[] = [
  {
    what: "a mirror to the mesh itself, onto the route that mirrors",
    expected: "ends",
    run: async (s) =>
      counted(s, async () => {
        await s.evil(
          doc("Service", "echoes", `{exposure: public, endpoints: [{url: "${self(s.port, "/svc/front.evil")}"}]}`) +
            route(
              "again",
              `{parentRefs: [{kind: Service, name: front}], rules: [{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: echoes}}}, {type: RequestMirror, requestMirror: {backendRef: {name: echoes}}}], backendRefs: [{name: front}]}]}`,
            ),
        );
        const answer = arrived(await s.get("/svc/front.evil/x"));
        await s.dropped("httproute/again");
        return answer;
      }),
    holds: BOUNDED,
  },
  {
    what: "an authorization service that is the mesh itself, on a route that asks it again",
    expected: "ends",
    run: async (s) =>
      counted(s, async () => {
        const auth = "{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: asker}, http: {path: /}}}";
        await s.evil(
          doc("Service", "asker", `{exposure: public, endpoints: [{url: "${self(s.port, "/svc/asked.evil")}"}]}`) +
            doc("Service", "asked", `{exposure: public, endpoints: [{url: "${s.origin}/evil"}]}`) +
            route(
              "asks-again",
              `{parentRefs: [{kind: Service, name: asked}], rules: [{filters: [${auth}], backendRefs: [{name: asked}]}]}`,
            ),
        );
        const answer = said(await s.get("/svc/asked.evil/x"));
        await s.dropped("httproute/asks-again");
        return answer;
      }),
    holds: /^(?:403|50\d|4\d\d).*; asked a few times$/,
  },
  {
    what: "retries and hedges through three services of the mesh in a circle",
    expected: "ends by the count of hops, without a power of tries",
    run: async (s) =>
      counted(s, async () => {
        const names = ["c0", "c1", "c2"];
        await s.evil(
          names
            .map(
              (name, at) =>
                doc(
                  "Service",
                  name,
                  `{exposure: public, endpoints: [{url: "${self(s.port, `/svc/${names[(at + 1) % 3]}.evil`)}"}]}`,
                ) +
                doc(
                  "TrafficPolicy",
                  name,
                  `{targetRefs: [{kind: Service, name: ${name}}], retry: {attempts: 5, on: [gateway-error, connect-failure], budget: {percent: 100, minPerSecond: 100}}}`,
                ),
            )
            .join(""),
        );
        const before = performance.now();
        const answer = said(await s.get("/svc/c0.evil/x"));
        return `${answer}, ${performance.now() - before < 10_000 ? "soon" : "late"}`;
      }),
    holds: /^5\d\d.*soon; asked/,
  },
  {
    what: "health checks of the mesh's own admin API and of a route that is checked itself",
    expected: "refused, or at the checks' own pace",
    run: async (s) =>
      counted(s, async () => {
        const made = await s.evil(
          doc(
            "Service",
            "checks",
            `{exposure: public, endpoints: [{url: "${self(s.port, "/svc/front.evil")}"}], healthCheck: {path: /x, interval: 1s}}`,
          ),
        );
        return made;
      }),
    holds: BOUNDED,
  },
  {
    what: "an OpenAPI document, a key set and an issuer at the mesh's own admin API",
    expected: "no call of the admin API is made with more than a stranger's rights",
    run: async (s) => {
      const made = await s.evil(
        doc(
          "Service",
          "described",
          `{exposure: public, endpoints: [{url: "${s.origin}/evil"}], openapi: {url: "${self(s.port, "/_selvage/v1/resources")}"}}`,
        ),
      );
      const answer = await s.api("GET", "/catalog/evil/described/openapi.json");
      return `${made}; ${said(answer)}${/no-admin|"role"/.test(answer.body) ? " tells" : ""}`;
    },
    holds: /^(?!.*tells)/,
  },
];

const QUESTION = "GET /_selvage/authz";
const asked = async ({ send }: Setting, head: string): Promise<string> => {
  const answer = await send(`${head}\r\n\r\n`);
  return answer === null
    ? "closed"
    : `${answer.status}${answer.headers.get("selvage-path") === undefined ? "" : ` ${answer.headers.get("selvage-path")}`}`;
};
const ADMINS = [
  "//admin",
  "/x/..//admin",
  "/./admin",
  "/%61dmin",
  "/admin%2f",
  "/admin;x=1",
  "/;/admin",
  "/a%2f..%2f..%2fadmin",
  "/x/%2e%2e/admin",
  String.raw`/x\..\admin`,
  "/admin%00",
  "/admin#x",
  "/admin?x",
  "http://a/admin",
  "//a/admin",
  "/ad\tmin",
  "/\u00e1/../admin",
] as const;

const questions: readonly Attack[] = (
  [
    [
      "nginx",
      (path) =>
        `${QUESTION}/nginx/orders.shop HTTP/1.1\r\nHost: a\r\nX-Original-Method: GET\r\nX-Original-URI: ${path}`,
    ],
    [
      "Traefik",
      (path) =>
        `${QUESTION}/traefik/orders.shop HTTP/1.1\r\nHost: a\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Host: a\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Uri: ${path}`,
    ],
    ["Envoy", (path) => `${QUESTION}/envoy/orders.shop${path} HTTP/1.1\r\nHost: a`],
  ] as readonly (readonly [string, (path: string) => string])[]
).map(([proxy, head]): Attack => ({
  what: `${proxy}'s question about /admin in ${ADMINS.length} spellings`,
  expected: "refused, or a path that is not /admin",
  run: async (s) => {
    const seen: string[] = [];
    for (const path of ADMINS) {
      seen.push(await asked(s, head(path)));
    }
    return seen.join(", ");
  },
  holds: /^(?!.*(?:200(?:,|$)|200 \/+admin))/,
}));

const more: readonly Attack[] = [
  {
    what: "proxies' headers for one another: Traefik's for nginx, both, methods twice, an override",
    expected: "refused, or judged by the proxy's own",
    run: async (s) => {
      const nginx = `${QUESTION}/nginx/orders.shop HTTP/1.1\r\nHost: a\r\n`;
      const seen: string[] = [];
      for (const lines of [
        "X-Forwarded-Uri: /x\r\nX-Original-URI: /admin\r\nX-Original-Method: GET",
        "X-Original-URL: /x\r\nX-Original-URI: /admin\r\nX-Original-Method: GET",
        "X-Original-URI: /admin\r\nX-Original-Method: GET\r\nX-Original-Method: OPTIONS",
        "X-Original-URI: /x, /admin\r\nX-Original-Method: GET",
        "X_Original_URI: /x\r\nX-Original-URI: /admin\r\nX-Original-Method: GET",
        "X-Original-URI: /admin\r\nX-Original-Method: GET\r\nX-HTTP-Method-Override: OPTIONS",
        "X-Original-URI: /admin\r\nX-Original-Method: OPTIONS\r\nOrigin: http://a\r\nAccess-Control-Request-Method: GET",
      ]) {
        seen.push(await asked(s, nginx + lines));
      }
      return seen.join(", ");
    },
    holds: /^(?!.*200(?: \/admin|,|$))/,
  },
  {
    what: "a proxy's question about another service: in the path, by a dot, a slash, an encoded slash, and twice",
    expected: "judged as the service that is named, or refused",
    run: async (s) => {
      const seen: string[] = [];
      for (const service of [
        "orders.shop/../ledger.shop",
        "ledger.shop%2f..%2forders.shop",
        "orders.shop;ledger.shop",
        "ledger.shop/",
        "ledger.shop.",
        "LEDGER.shop",
      ]) {
        seen.push(
          await asked(
            s,
            `${QUESTION}/nginx/${service} HTTP/1.1\r\nHost: a\r\nX-Original-Method: GET\r\nX-Original-URI: /x`,
          ),
        );
      }
      return seen.join(", ");
    },
    holds: /^(?:200 \/x|4\d\d)(?:, 4\d\d)+$/,
  },
  {
    what: "addresses: shop's block for 203.0.113.0/24, asked with every header that may name one",
    expected: "403",
    run: async (s) => {
      await s.applied(
        doc("Service", "near", `{exposure: public, endpoints: [{url: "${s.origin}"}]}`, "shop") +
          doc("IPAccessPolicy", "near", "{targetRefs: [{kind: Service, name: near}], allow: [203.0.113.0/24]}", "shop"),
      );
      const seen = new Set<string>();
      for (const name of [
        "x-forwarded-for",
        "x-real-ip",
        "cf-connecting-ip",
        "cf-connecting-ipv6",
        "true-client-ip",
        "forwarded",
        "x-client-ip",
        "x-cluster-client-ip",
        "fastly-client-ip",
        "x-envoy-external-address",
        "x-original-forwarded-for",
        "selvage-client-ip",
        "cf-ipcountry",
      ]) {
        for (const value of ["203.0.113.9", "for=203.0.113.9", "::ffff:203.0.113.9", "203.0.113.9, 203.0.113.9"]) {
          seen.add(said(await s.get("/svc/near.shop/x", { [name]: value })));
        }
      }
      return [...seen].join(", ");
    },
    holds: /^403 SLV2150$/,
  },
];

export const LOOPS: readonly Attack[] = loops;
export const QUESTIONS: readonly Attack[] = [...questions, ...more];
