// Attacks of a neighbour: an operator who may write in the namespace evil, and nowhere else.
import { doc, gatewayApi, OWN, route } from "./documents.ts";
import { arrived, said, type Attack } from "./setting.ts";

const FORBIDDEN = /^403 SLV2003$/;

export const TENANTS: readonly Attack[] = [
  {
    what: "a policy in the namespace shop",
    expected: "403",
    run: (s) =>
      s.evil(doc("AuthorizationPolicy", "open", "{targetRefs: [{kind: Service, name: ledger}], rules: [{}]}", "shop")),
    holds: FORBIDDEN,
  },
  {
    what: "a body with a document of its own and one of shop's",
    expected: "403, and the own one is not written either",
    run: async (s) => {
      const answer = await s.evil(doc("Application", "half", "{}") + doc("Application", "half", "{}", "shop"));
      return `${answer}, own: ${said(await s.api("GET", "/namespaces/evil/application/half"))}`;
    },
    holds: /^403 SLV2003, own: 404/,
  },
  {
    what: "an apply set that prunes what others applied without one",
    expected: "shop's documents stay",
    run: async (s) => {
      const pruned = await s.api("POST", "/apply?set=cli&prune=true&pruneMax=100", doc("Application", "pruner", "{}"));
      return `${said(pruned)}, orders: ${said(await s.api("GET", "/namespaces/shop/service/orders", undefined, s.mesh.token))}`;
    },
    holds: /^200, orders: 200$/,
  },
  {
    what: "a ReferenceGrant to itself in the namespace shop",
    expected: "403",
    run: (s) =>
      s.evil(
        doc(
          "ReferenceGrant",
          "gift",
          `{from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: evil}], to: [{group: "", kind: Service}]}`,
          "shop",
          "gateway.networking.k8s.io/v1beta1",
        ),
      ),
    holds: FORBIDDEN,
  },
  {
    what: "shop's host in capitals and with a dot at the end",
    expected: "refused or not served",
    run: async (s) => {
      const answer = await s.evil(route("capitals", `{hostnames: [SHOP.example.com.], ${OWN}}`));
      return `${answer}; shop's host: ${arrived(await s.get("/x", { host: "shop.example.com" }))}`;
    },
    holds: /shop's host: 200 GET \/x /,
  },
  {
    what: "a longer path on shop's host, with a status that says that it named it in 1970",
    expected: "shop keeps its host",
    run: async (s) => {
      const old = `{apiVersion: ${gatewayApi}, kind: HTTPRoute, metadata: {name: old, namespace: evil, createdAt: "1970-01-01T00:00:00Z", generation: 9}, spec: {hostnames: [shop.example.com], rules: [{matches: [{path: {value: /pay}}], backendRefs: [{name: front}]}]}, status: {hostnames: {shop.example.com: "1970-01-01T00:00:00Z"}}}`;
      return `${await s.evil(old)}; ${arrived(await s.get("/pay", { host: "shop.example.com" }))}`;
    },
    holds: /SLV1218; 200 GET \/pay /,
  },
  {
    what: "*.example.com, and a request for shop's host with a path that shop has no rule for",
    expected: "shop answers, with whatever it has",
    run: async (s) => {
      const answer = await s.evil(route("wild", `{hostnames: ["*.example.com"], ${OWN}}`));
      return `${answer}; ${arrived(await s.get("/nowhere", { host: "shop.example.com" }))}`;
    },
    holds: /; 200 GET \/nowhere /,
  },
  {
    what: "a Gateway whose listener names shop's host",
    expected: "the listener is not in service",
    run: async (s) => {
      const gateway = doc(
        "Gateway",
        "door",
        "{gatewayClassName: x, listeners: [{name: h, port: 80, protocol: HTTP, hostname: shop.example.com}]}",
        "evil",
        gatewayApi,
      );
      return `${await s.evil(gateway + route("door", `{parentRefs: [{name: door}], ${OWN}}`))}; ${arrived(await s.get("/x", { host: "shop.example.com" }))}`;
    },
    holds: /SLV1213.*; 200 GET \/x /,
  },
  {
    what: "a host below the mesh's domain that is nobody's yet: new.shop.mesh.test",
    expected: "not served",
    run: async (s) =>
      `${await s.evil(route("future", `{hostnames: [new.shop.mesh.test], ${OWN}}`))}; ${arrived(await s.get("/x", { host: "new.shop.mesh.test" }))}`,
    holds: /SLV1218; 404/,
  },
  {
    what: "the host of the admin API and a route for /_selvage",
    expected: "the admin API answers",
    run: async (s) => {
      const answer = await s.evil(
        route(
          "admin",
          `{hostnames: [admin.evil.example], rules: [{matches: [{path: {value: /_selvage}}], backendRefs: [{name: front}]}]}`,
        ),
      );
      return `${answer}; ${arrived(await s.get("/_selvage/v1/whoami", { host: "admin.evil.example", authorization: "Bearer x" }))}`;
    },
    holds: /; 401 SLV2001$/,
  },
  {
    what: "/svc/ledger.shop on a host of its own",
    expected: "shop's ledger asks for an identity",
    run: async (s) => {
      const answer = await s.evil(
        route(
          "own-host",
          `{hostnames: [evil.example], rules: [{matches: [{path: {value: /svc/ledger.shop}}], backendRefs: [{name: front}]}]}`,
        ),
      );
      return `${answer}; ${arrived(await s.get("/svc/ledger.shop/x", { host: "evil.example" }))}`;
    },
    holds: /; 401/,
  },
  {
    what: "a policy on the Gateway selvage, by a name of its own namespace",
    expected: "it selects nothing",
    run: (s) =>
      s.evil(
        doc(
          "RateLimitPolicy",
          "all",
          "{targetRefs: [{kind: Gateway, name: selvage}], limits: [{name: none, requests: 1, window: 1h, key: []}]}",
        ),
      ),
    holds: /^200 .*SLV1209|SLV1311/,
  },
  {
    what: "a policy on the mesh",
    expected: "403",
    run: (s) =>
      s.evil(doc("FaultPolicy", "all", "{targetRefs: [{kind: Mesh}], abort: {status: 503, percentage: 100}}")),
    holds: FORBIDDEN,
  },
  {
    what: "an Override of shop's policy, from its own namespace",
    expected: "refused, or about a document of its own",
    run: async (s) => {
      const expiresAt = new Date(Date.now() + 600_000).toISOString();
      const answer = await s.evil(
        doc(
          "Override",
          "lift",
          `{target: {kind: AuthorizationPolicy, name: no-admin, namespace: shop}, patch: {action: AUDIT}, reason: x, expiresAt: "${expiresAt}"}`,
        ),
      );
      return `${answer}; ${arrived(await s.get("/svc/orders.shop/admin"))}`;
    },
    holds: /^4\d\d .*; 403 SLV2150$/,
  },
  {
    what: "a Namespace with labels that a Gateway may select",
    expected: "403: admins only",
    run: (s) => s.evil("{apiVersion: v1, kind: Namespace, metadata: {name: evil, labels: {team: shop}}}"),
    holds: FORBIDDEN,
  },
  {
    what: "a Cluster that trusts an issuer of its own",
    expected: "403: admins only",
    run: (s) =>
      s.evil(
        `{apiVersion: selvage.dev/v1, kind: Cluster, metadata: {name: mine}, spec: {trust: {issuer: "https://evil.example", jwksUri: "https://evil.example/keys"}}}`,
      ),
    holds: FORBIDDEN,
  },
  {
    what: "a Contract with shop's service, granted by itself",
    expected: "403: the service's namespace decides",
    run: async (s) => {
      const made = await s.evil(
        doc("Application", "app", "{}") +
          doc("Contract", "own", "{application: app, service: shop/orders, tier: gold}"),
      );
      return `${made.split(" ")[0]}; ${said(await s.api("POST", "/contracts/evil/own/approve", "{}"))}`;
    },
    holds: /^200; 403 SLV2003$/,
  },
  {
    what: "credentials of shop's workload",
    expected: "403",
    run: async (s) => said(await s.api("POST", "/services/shop/web/credentials", "{}")),
    holds: FORBIDDEN,
  },
  {
    what: "an endpoint of its own registered at shop's service",
    expected: "403",
    run: async (s) =>
      said(await s.api("PUT", "/namespaces/shop/services/orders/endpoints/evil", `{"url": "${s.origin}"}`)),
    holds: FORBIDDEN,
  },
  {
    what: "a heartbeat that names an endpoint of shop beside its own",
    expected: "403, or not told to be there",
    run: async (s) =>
      said(
        await s.api(
          "POST",
          "/heartbeats",
          `{"endpoints": [{"namespace": "evil", "service": "front", "id": "a"}, {"namespace": "shop", "service": "orders", "id": "a"}]}`,
        ),
      ),
    holds: FORBIDDEN,
  },
  {
    what: "shop's breaker, forced open",
    expected: "403",
    run: async (s) => said(await s.api("POST", "/breakers/shop/orders/force", `{"state": "open", "reason": "x"}`)),
    holds: FORBIDDEN,
  },
  {
    what: "a rollback that would undo what shop did since",
    expected: "403",
    run: async (s) => {
      await s.applied(doc("Application", "since", "{}", "shop"));
      return said(await s.api("POST", "/revisions/1/rollback", "{}"));
    },
    holds: FORBIDDEN,
  },
  {
    what: "an API token for more than itself",
    expected: "403: admins make tokens",
    run: async (s) => said(await s.api("POST", "/tokens", `{"name": "more", "role": "operator"}`)),
    holds: FORBIDDEN,
  },
  {
    what: "1001 documents in its own namespace, which every write of shop's would compile",
    expected: "403: operators of some namespaces have room for 1000",
    run: (s) => s.evil(Array.from({ length: 1001 }, (_, at) => doc("Application", `fill${at}`, "{}")).join("")),
    holds: FORBIDDEN,
  },
  {
    what: "half a surrogate pair as the reason of a change, which the database gives back as another character",
    expected: "the audit's chain holds",
    run: async (s) => {
      const made = await s.api("POST", "/breakers/evil/front/force", '{"state": "closed", "reason": "\\ud800"}');
      const token = await s.api("POST", "/tokens", '{"name": "\\udfff", "role": "viewer"}', s.mesh.token);
      const { body } = await s.api("GET", "/audit/verify", undefined, s.mesh.token);
      return `${made.status}, ${token.status}, ${/"ok":(?:true|false)/.exec(body)?.[0]}`;
    },
    holds: /"ok":true$/,
  },
  {
    what: "shop's documents and audit, read",
    expected: "only its own namespace's",
    run: async (s) => {
      const paths = [
        "/resources?namespace=shop",
        "/resources",
        "/namespaces/shop/service/orders",
        "/audit",
        "/limits",
        "/breakers",
        "/contracts",
      ];
      const read: string[] = [];
      for (const path of paths) {
        const { status, body } = await s.api("GET", path);
        read.push(`${status}${status === 200 && /"namespace":"shop","labels"/.test(body) ? " with shop's" : ""}`);
      }
      return read.join(", ");
    },
    holds: /^(?!.*with shop's)/,
  },
];
