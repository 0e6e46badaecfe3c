// Attacks on everybody's time: texts that are dear to read, documents that make others' writes slow, keys and sockets
// in masses. Times are bounded generously: they tell a quadratic reader from a linear one on a busy machine.
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { doc, route } from "./documents.ts";
import { arrived, said, type Attack, type Setting } from "./setting.ts";

async function lasting(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

const SHAPES: readonly (readonly [what: string, text: string])[] = [
  ["commas", ",".repeat(28_000)],
  ["semicolons and equals signs", "a=b;".repeat(7000)],
  ["open quotes", '"a\\"'.repeat(7000)],
  ["spaces", `a${" ".repeat(28_000)}b`],
  ["brackets", "[(".repeat(14_000)],
  ["percent signs", "%".repeat(28_000)],
  ["long numbers", `1${"0".repeat(28_000)}`],
];
const NAMES = [
  "cookie",
  "accept",
  "accept-language",
  "accept-encoding",
  "forwarded",
  "baggage",
  "traceparent",
  "tracestate",
  "authorization",
  "selvage-identity",
  "content-type",
  "range",
  "if-none-match",
  "if-match",
  "prefer",
  "x-forwarded-for",
  "connection",
  "te",
  "upgrade",
  "origin",
  "access-control-request-headers",
  "sec-websocket-protocol",
  "idempotency-key",
  "x-request-id",
  "retry-after",
  "cache-control",
  "x-priority",
  "selvage-hops",
  "selvage-debug",
];

const texts = SHAPES.map(([what, text]): Attack => ({
  what: `28 KB of ${what} in each of ${NAMES.length} headers, of traffic and of the admin API`,
  expected: "each answered at once, and none with an error of ours",
  run: async (s) => {
    let slow = "";
    let mistakes = "";
    for (const name of NAMES) {
      for (const path of ["/svc/orders.shop/x", "/_selvage/v1/whoami"]) {
        const took = await lasting(async () => {
          const { status, body } = await s.get(path, { [name]: text });
          mistakes += status >= 500 && status !== 508 ? ` ${name}: ${status} ${/SLV\d+/.exec(body)?.[0]}` : "";
        });
        slow += took > 250 ? ` ${name} ${Math.round(took)} ms` : "";
      }
    }
    return `slow:${slow || " none"}; mistakes:${mistakes || " none"}`;
  },
  holds: /^slow: none; mistakes: none$/,
}));

/** What an unrelated write takes, before and after the neighbour's documents are there. */
const heavy = (what: string, documents: (s: Setting) => readonly string[]): Attack => ({
  what: `${what}, and what a write of shop's takes then`,
  expected: "refused by the room of a namespace, or less than a second more",
  run: async (s) => {
    const write = (name: string): Promise<unknown> =>
      s.api("POST", "/apply", doc("Application", name, "{}", "shop"), s.mesh.token);
    await write("before");
    const { body: newest } = await s.api("GET", "/revisions?limit=1", undefined, s.mesh.token);
    const revision = /"revision":(\d+)/.exec(newest)?.[1] ?? "1";
    const before = await lasting(() => write(`before${Math.floor(performance.now())}`));
    const made: string[] = [];
    for (const body of documents(s)) {
      made.push((await s.evil(body)).slice(0, 3));
    }
    const after = Math.min(
      await lasting(() => write(`one${Math.floor(performance.now())}`)),
      await lasting(() => write(`two${Math.floor(performance.now())}`)),
    );
    const request = await lasting(() => s.get("/svc/orders.shop/x"));
    await s.mesh.cli(["rollback", "--to", revision]);
    return `${[...new Set(made)].join(" ")}; ${after - before < 1000 ? "as fast" : `${Math.round(before)} → ${Math.round(after)} ms`}, request ${request < 250 ? "as fast" : `${Math.round(request)} ms`}`;
  },
  holds: /as fast, request as fast$/,
});
const many = (count: number, make: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => make(at)).join("");
const list = (count: number, make: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => make(at)).join(", ");

const writes: readonly Attack[] = [
  heavy("routes on shop's service by the hundred", () => [
    many(300, (at) =>
      route(
        `on${at}`,
        "{parentRefs: [{kind: Service, name: orders, namespace: shop}], rules: [{matches: [{path: {value: /a}}], backendRefs: [{name: orders, namespace: shop}]}]}",
      ),
    ),
  ]),
  heavy("sixty policies of 256 address blocks", () => [
    many(60, (one) =>
      doc(
        "IPAccessPolicy",
        `blocks${one}`,
        `{targetRefs: [{kind: Service, name: front}], deny: [${list(256, (at) => `10.${one}.${at}.0/24`)}]}`,
      ),
    ),
  ]),
  heavy("forty policies of 64 rules of paths and claims", () => [
    many(40, (one) =>
      doc(
        "AuthorizationPolicy",
        `rules${one}`,
        `{targetRefs: [{kind: Service, name: client}], action: DENY, rules: [${list(64, (at) => `{to: [{paths: [/p${one}/${at}/*]}], when: [{key: "claim:c${at}", values: [a, b]}]}`)}]}`,
      ),
    ),
  ]),
  heavy("sixty routes with sixteen hostnames and sixteen matches", () => [
    many(60, (at) =>
      route(
        `wide${at}`,
        `{hostnames: [${list(16, (host) => `h${at}-${host}.evil.example`)}], rules: [{matches: [${list(8, (one) => `{path: {type: RegularExpression, value: "/a${at}x${one}(b|c)*d{1,20}"}}`)}], backendRefs: [{name: front}]}]}`,
      ),
    ),
  ]),
  heavy("patterns of headers and queries with large counts", () => [
    many(100, (at) =>
      route(
        `count${at}`,
        `{hostnames: [c${at}.evil.example], rules: [{matches: [{headers: [{name: x, type: RegularExpression, value: "(a{1,50}b{1,50}){1,${at + 1}}"}], queryParams: [{name: q, type: RegularExpression, value: "(x|y${at}){1,200}"}]}], backendRefs: [{name: front}]}]}`,
      ),
    ),
  ]),
  heavy("ten providers with 32 keys written into the document", () => [
    many(10, (one) =>
      doc(
        "AuthenticationPolicy",
        `keys${one}`,
        `{targetRefs: [{kind: Service, name: client}], jwt: {providers: [{name: p, issuer: "https://e${one}.example/", audiences: [a], jwks: {keys: [${list(32, (at) => `{kty: RSA, kid: k${at}, alg: RS256, e: AQAB, n: "${"x".repeat(336)}${String(at).padStart(6, "A")}"}`)}]}}]}}`,
      ),
    ),
  ]),
  heavy("an OpenAPI document of a quarter of a megabyte, and one of 5000 levels", () => [
    doc(
      "Service",
      "api",
      `{openapi: {inline: {openapi: "3.1.0", info: {title: a, version: "1"}, x: "${"y".repeat(250_000)}"}}}`,
    ),
    doc(
      "Service",
      "deep",
      `{openapi: {inline: {openapi: "3.1.0", info: {title: a, version: "1"}, x: ${"[".repeat(5000)}${"]".repeat(5000)}}}}`,
    ),
  ]),
  heavy("a thousand labels on a hundred documents", () => [
    many(
      100,
      (at) =>
        `{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: l${at}, namespace: evil, labels: {${list(40, (label) => `a${label}: "b"`)}}}, spec: {}}\n---\n`,
    ),
  ]),
];

const masses: readonly Attack[] = [
  {
    what: "twelve thousand made-up tenants at a limit with a queue, and a tenant of long ago",
    expected: "the tenant that had used its share up still waits, a new one is let in",
    run: async (s) => {
      await s.applied(
        doc("Service", "tenants", `{exposure: public, endpoints: [{url: "${s.origin}"}]}`, "shop") +
          doc(
            "RateLimitPolicy",
            "tenants",
            '{targetRefs: [{kind: Service, name: tenants}], limits: [{name: each, requests: 3, window: 1h, key: ["header:x-tenant"]}]}',
            "shop",
          ),
      );
      const ask = async (tenant: string): Promise<number> =>
        (await s.get("/svc/tenants.shop/x", { "x-tenant": tenant })).status;
      const used = [await ask("victim"), await ask("victim"), await ask("victim"), await ask("victim")];
      let nth = 0;
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          while (nth < 12_000) {
            nth += 1;
            await pipelined(
              s.port,
              (at) => `GET /svc/tenants.shop/x HTTP/1.1\r\nHost: a\r\nx-tenant: made-up-${nth}-${at}\r\n\r\n`,
              50,
            );
            nth += 49;
          }
        }),
      );
      return `${used.join(" ")}; later ${await ask("victim")}, new ${await ask("somebody new")}`;
    },
    holds: /^200 200 200 429; later 429, new 200$/,
  },
  {
    what: "two hundred connections that send their request's head a byte a second",
    expected: "others are answered as ever",
    run: async (s) => {
      const sockets = Array.from({ length: 200 }, () =>
        slowly(s.port, "GET /svc/orders.shop/x HTTP/1.1\r\nHost: a\r\n"),
      );
      await sleep(2000);
      const took = await lasting(() => s.get("/svc/orders.shop/x"));
      const answer = arrived(await s.get("/svc/orders.shop/x"));
      sockets.forEach((socket) => socket.destroy());
      return `${answer}, ${took < 1000 ? "soon" : "late"}`;
    },
    holds: /^200 GET \/x HTTP\/1\.1, soon$/,
  },
  {
    what: "forty callers who ask twenty times on a connection and read nothing, at a cap of five",
    expected: "others are answered",
    run: async (s) => {
      await s.applied(
        doc("Service", "five", `{exposure: public, endpoints: [{url: "${s.origin}"}]}`, "shop") +
          doc(
            "TrafficPolicy",
            "five",
            "{targetRefs: [{kind: Service, name: five}], concurrency: {max: 5, queue: 0}}",
            "shop",
          ),
      );
      const sockets = Array.from({ length: 40 }, () => {
        const socket = connect(s.port, "127.0.0.1").on("error", () => undefined);
        socket.write("GET /svc/five.shop/x HTTP/1.1\r\nHost: a\r\n\r\n".repeat(20));
        return socket.pause();
      });
      await sleep(2000);
      const seen = said(await s.get("/svc/five.shop/x"));
      sockets.forEach((socket) => socket.destroy());
      return seen;
    },
    holds: /^200$/,
  },
  {
    what: "explanations, diffs and validations of a megabyte by the neighbour, twenty at once",
    expected: "others are answered as ever",
    run: async (s) => {
      const body = many(900, (at) => doc("Application", `v${at}`, "{}"));
      const head = `POST /_selvage/v1/validate HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${s.evilToken}`;
      const bytes = `${head}\r\nContent-Type: application/yaml\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      const calls = Array.from({ length: 20 }, () => s.send(bytes));
      const took = await lasting(() => s.get("/svc/orders.shop/x"));
      await Promise.all(calls);
      return took < 2000 ? "soon" : `${Math.round(took)} ms`;
    },
    holds: /^soon$/,
  },
];

function slowly(port: number, head: string): Socket {
  const socket = connect(port, "127.0.0.1").on("error", () => undefined);
  let at = 0;
  const timer = setInterval(() => socket.write(head[at++ % head.length] ?? ""), 1000);
  return socket.on("close", () => clearInterval(timer));
}

/** So many requests on one connection; waits for their answers. */
function pipelined(port: number, make: (at: number) => string, count: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1").on("error", () => resolve());
    let answers = 0;
    socket.on("data", (chunk: Buffer) => {
      answers += chunk.toString("latin1").split("HTTP/1.1 ").length - 1;
      if (answers >= count) {
        socket.destroy();
        resolve();
      }
    });
    socket.on("close", () => resolve());
    socket.write(Array.from({ length: count }, (_, at) => make(at)).join(""));
  });
}

export const COSTS: readonly Attack[] = [...texts, ...writes, ...masses];
