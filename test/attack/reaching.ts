// Attacks of a neighbour by routes and endpoints of its own, which lead to others.
import { CONSUMER, doc, route } from "./documents.ts";
import { arrived, header, said, type Attack } from "./setting.ts";

export const REACHING: readonly Attack[] = [
  {
    what: "a route on shop's ledger that opens it by a policy of its own",
    expected: "403: shop's ALLOW holds beside it",
    run: async (s) => {
      const identity = await s.identity("evil/client");
      const made = await s.evil(
        route(
          "open",
          `{parentRefs: [{kind: Service, name: ledger, namespace: shop}], rules: [{backendRefs: [{name: ledger, namespace: shop}]}]}`,
        ) + doc("AuthorizationPolicy", "open", "{targetRefs: [{kind: HTTPRoute, name: open}], rules: [{}]}"),
      );
      return `${made}; ${arrived(await s.get("/svc/ledger.shop/x", { "selvage-identity": identity }))}`;
    },
    holds: /; 403 SLV2150$/,
  },
  {
    what: "a route on shop's orders that rewrites /x to /admin",
    expected: "403: the path that the service would see is judged",
    run: async (s) => {
      const identity = await s.identity("evil/client");
      await s.evil(
        route(
          "rewrite",
          `{${CONSUMER}, rules: [{filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /admin}}}], backendRefs: [{name: orders, namespace: shop}]}]}`,
        ),
      );
      const answer = arrived(await s.get("/svc/orders.shop/x", { "selvage-identity": identity }));
      await s.dropped("httproute/rewrite");
      return answer;
    },
    holds: /^403 SLV2150$/,
  },
  {
    what: "a route on shop's orders that writes x-forwarded-for, authorization and selvage-source",
    expected: "the service gets none of them",
    run: async (s) => {
      const identity = await s.identity("evil/client");
      const set = ["x-forwarded-for", "authorization", "selvage-source", "x_real_ip"]
        .map((name) => `{name: ${name}, value: forged}`)
        .join(", ");
      await s.evil(
        route(
          "forge",
          `{${CONSUMER}, rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [${set}]}}], backendRefs: [{name: orders, namespace: shop}]}]}`,
        ),
      );
      const answer = await s.get("/svc/orders.shop/x", { "selvage-identity": identity });
      await s.dropped("httproute/forge");
      return `${answer.status}, forged: ${answer.body.includes("forged")}, source: ${header(answer, "selvage-source")}`;
    },
    holds: /^200, forged: false, source: spiffe:\/\/mesh\.local\/ns\/evil\/sa\/client$/,
  },
  {
    what: "its own service led on to shop's ledger, for callers of shop",
    expected: "500: not permitted",
    run: async (s) => {
      const identity = await s.identity("shop/web");
      await s.evil(
        route(
          "deputy",
          `{parentRefs: [{kind: Service, name: front}], rules: [{backendRefs: [{name: ledger, namespace: shop}]}]}`,
        ),
      );
      const answer = arrived(await s.get("/svc/front.evil/x", { "selvage-identity": identity }));
      await s.dropped("httproute/deputy");
      return answer;
    },
    holds: /^500 SLV5004$/,
  },
  {
    what: "an authorization service and a mirror in the namespace shop",
    expected: "500, and nothing arrives at the ledger",
    run: async (s) => {
      const backendRef = "backendRef: {name: ledger, namespace: shop}";
      await s.evil(
        route(
          "asks",
          `{hostnames: [asks.example], rules: [{filters: [{type: ExternalAuth, externalAuth: {protocol: HTTP, ${backendRef}, http: {path: /}}}, {type: RequestMirror, requestMirror: {${backendRef}}}], backendRefs: [{name: front}]}]}`,
        ),
      );
      return arrived(await s.get("/x", { host: "asks.example" }));
    },
    holds: /^500 SLV/,
  },
  {
    what: "an endpoint that is the mesh itself, in front of shop's ledger",
    expected: "401: whoever came is nobody there",
    run: async (s) => {
      await s.evil(
        doc("Service", "loop", `{exposure: public, endpoints: [{url: "http://127.0.0.1:${s.port}/svc/ledger.shop"}]}`),
      );
      return arrived(await s.get("/svc/loop.evil/x", { "selvage-identity": await s.identity("shop/web") }));
    },
    holds: /^401/,
  },
  {
    what: "an endpoint that is itself, again and again",
    expected: "ends by the count of hops",
    run: async (s) => {
      await s.evil(
        doc("Service", "spin", `{exposure: public, endpoints: [{url: "http://127.0.0.1:${s.port}/svc/spin.evil"}]}`),
      );
      return arrived(await s.get("/svc/spin.evil/x"));
    },
    holds: /^(?:508|400|502)/,
  },
  {
    what: "endpoints that are bindings of the Worker: DB, MESH, KEYRING, and names of Object.prototype",
    expected: "refused, or no endpoint",
    run: async (s) => {
      const made = await s.evil(
        ["DB", "MESH", "KEYRING", "constructor", "__proto__"]
          .map((binding, at) => doc("Service", `b${at}`, `{exposure: public, endpoints: [{binding: ${binding}}]}`))
          .join(""),
      );
      const answers: string[] = [];
      for (const at of [0, 1, 2, 3, 4]) {
        answers.push(said(await s.get(`/svc/b${at}.evil/x`)));
      }
      return `${made}; ${answers.join(", ")}`;
    },
    holds: /^(?!.*(?:SLV9|; 200|, 200))/,
  },
  {
    what: "an endpoint at the metadata service of a cloud",
    expected: "refused or told: even a local mesh, which may call private addresses, has no business there",
    run: (s) =>
      s.evil(doc("Service", "meta", `{exposure: public, endpoints: [{url: "http://169.254.169.254/latest"}]}`)),
    holds: /SLV1342|SLV1208|422/,
  },
];
