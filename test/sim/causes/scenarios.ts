// What goes wrong in that mesh, when, what an operator's changes say of it, and what is to be named: the seven of
// `selvage demo scenario`, and four more.
import type { MeshChange } from "../../../src/model/api/signals.ts";
import { flow, from, refused, served, steady } from "./flows.ts";
import type { Flow } from "./world.ts";

/** Seconds until it goes wrong: as long as the windows before and now. */
export const CALM_S = 180;

export interface Scenario {
  readonly name: string;
  /** What is to be named, in words. */
  readonly says: string;
  readonly flows: readonly Flow[];
  /** @param text a second as RFC 3339 */
  readonly changes: (text: (second: number) => string) => readonly MeshChange[];
  /** Who is to be told of, and what is to be named as the likeliest cause; null = nothing is. */
  readonly expected: { readonly service: string; readonly cause: RegExp } | null;
}

const twoVersions = served([
  { version: "v1", endpoint: "r1", share: 70 },
  { version: "v2", endpoint: "r2", share: 30 },
]);
const catalog = served([
  { version: "v1", endpoint: "eu-1", cluster: "demo-eu", share: 1 },
  { version: "v1", endpoint: "eu-2", cluster: "demo-eu", share: 1 },
]);
const payments = served([{ version: "v1", endpoint: "p1", share: 1 }]);
const bank = served([{ version: "v1", endpoint: "b1", share: 1, ms: 40 }]);

const STOREFRONT = "spiffe://mesh.local/ns/shop/sa/storefront";
const PAYMENTS = "spiffe://mesh.local/ns/shop/sa/payments";
const ACME = "spiffe://mesh.local/ns/shop/app/demo-acme";
const CRAWLER = "spiffe://mesh.local/ns/shop/app/demo-crawler";

const visitors = flow("anonymous", "shop/storefront", 4, served([{ version: "v1", endpoint: "s1", share: 1, ms: 60 }]));
const readers = flow("anonymous", "shop/reviews", 12, twoVersions);
const shelves = flow(STOREFRONT, "shop/catalog", 5, catalog);
const orders = flow(STOREFRONT, "shop/payments", 1, payments);
const charges = flow(PAYMENTS, "bank/ledger", 1, bank);
/** Some are refused at any time: nine, thirty and three of a hundred. */
const strangers = (service: string, rate: number): Flow =>
  flow("anonymous", service, rate, refused(401, "authenticate", "AuthenticationPolicy/shop/all"));
const calm: readonly Flow[] = [visitors, readers, shelves, orders, charges];
const but = (...changed: readonly Flow[]): readonly Flow[] => [
  ...calm.filter(({ service, caller }) => !changed.some((one) => one.service === service && one.caller === caller)),
  ...changed,
];

const change = (
  at: string,
  kind: MeshChange["kind"],
  service: string | null,
  title: string,
  actor: string | null = kind === "revision" || kind === "breaker" ? "mia" : null,
): MeshChange => ({ at, kind, service, title, actor, revision: kind === "revision" ? 12 : null, detail: null });
const none = (): readonly MeshChange[] => [];
/** Of the same service, and not what makes it fail: somebody set up what is used now. */
const setUp = (text: (second: number) => string): MeshChange =>
  change(text(CALM_S - 10), "revision", "shop/catalog", "revision 11: create HTTPRoute/shop/partners");
/** Somebody else's, a moment before: there is always one. */
const elsewhere = (text: (second: number) => string): MeshChange =>
  change(text(CALM_S - 90), "revision", "shop/search", "revision 11: update Service/shop/search");

const broken = served([
  { version: "v1", endpoint: "r1", share: 40 },
  { version: "v2", endpoint: "r2", share: 10 },
  { version: "v3", endpoint: "r3", share: 50, failPercent: 40 },
]);
const slowBank = from(
  CALM_S + 5,
  served([{ version: "v1", endpoint: "b1", share: 1, failPercent: 60, failStatus: 503, ms: 1500 }]),
  refused(503, "breaker", "TrafficPolicy/bank/ledger"),
);

export const scenarios: readonly Scenario[] = [
  {
    name: "bad-canary",
    says: "the revision that gave v3 its share",
    flows: but({ ...readers, end: from(CALM_S, twoVersions, broken) }),
    changes: (text) => [
      elsewhere(text),
      change(text(CALM_S), "revision", "shop/reviews", "revision 12: update HTTPRoute/shop/reviews-split"),
    ],
    expected: { service: "shop/reviews", cause: /^revision 12/ },
  },
  {
    name: "bank-brownout",
    says: "the bank fails",
    flows: but(
      { ...charges, perSecond: steady(6), end: from(CALM_S, bank, slowBank) },
      {
        ...orders,
        perSecond: steady(6),
        end: from(CALM_S, payments, served([{ version: "v1", endpoint: "p1", share: 1, failPercent: 70, ms: 1600 }])),
      },
    ),
    changes: (text) => [
      elsewhere(text),
      change(text(CALM_S - 10), "revision", "shop/payments", "revision 11: create HTTPRoute/shop/payments"),
      change(text(CALM_S + 5), "breaker", "bank/ledger", "the breaker of version v1 is open", null),
    ],
    expected: { service: "shop/payments", cause: /^bank\/ledger fails$/ },
  },
  {
    name: "noisy-client",
    says: "the caller and the limit",
    flows: [
      ...calm,
      flow(ACME, "shop/catalog", 2, catalog),
      {
        caller: CRAWLER,
        service: "shop/catalog",
        perSecond: (second) => (second < CALM_S ? 0 : 30),
        end: (second, random) =>
          (random() < 5 / 30 ? catalog : refused(429, "limit", "RateLimitPolicy/shop/partners"))(second, random),
      },
    ],
    // Its limit is nearly as new as its calls.
    changes: (text) => [
      elsewhere(text),
      setUp(text),
      change(text(CALM_S - 10), "revision", null, "revision 11: create RateLimitPolicy/shop/partners"),
    ],
    expected: { service: "shop/catalog", cause: /demo-crawler calls more often than RateLimitPolicy\/shop\/partners/ },
  },
  {
    name: "cluster-loss",
    says: "the cluster that is lost",
    flows: but({
      ...shelves,
      perSecond: steady(12),
      end: from(
        CALM_S,
        catalog,
        from(
          CALM_S + 6,
          served([
            { version: "v1", endpoint: "eu-1", cluster: "demo-eu", share: 1, failPercent: 100, failStatus: 502 },
            { version: "v1", endpoint: "eu-2", cluster: "demo-eu", share: 1, failPercent: 100, failStatus: 502 },
          ]),
          served([{ version: "v1", endpoint: "us-1", cluster: "demo-us", share: 1 }]),
        ),
      ),
    }),
    changes: (text) => [
      elsewhere(text),
      change(text(CALM_S + 4), "health", "shop/catalog", "endpoint eu-1 fails its health checks"),
      change(
        text(CALM_S + 5),
        "failover",
        "shop/catalog",
        "no endpoint in cluster demo-eu is healthy: demo-us takes its requests",
      ),
    ],
    expected: { service: "shop/catalog", cause: /cluster demo-eu/ },
  },
  {
    name: "retry-storm",
    says: "version v3 fails",
    flows: [
      ...calm,
      flow(
        "anonymous-storm",
        "shop/reviews",
        20,
        from(
          CALM_S,
          served([{ version: "v3", endpoint: "r3", share: 1 }]),
          served([{ version: "v3", endpoint: "r3", share: 1, failPercent: 70, failStatus: 503 }]),
        ),
      ),
    ],
    changes: none,
    expected: { service: "shop/reviews", cause: /^(?:version v3|endpoint r3) fails$/ },
  },
  {
    name: "key-expiry",
    says: "the secret that has ended",
    flows: [
      ...calm,
      flow(ACME, "shop/catalog", 4, (second, random) =>
        second < CALM_S
          ? catalog(second, random)
          : refused(
              second < CALM_S + 3 ? 401 : 429,
              "authenticate",
              "AuthenticationPolicy/shop/partners",
            )(second, random),
      ),
    ],
    changes: (text) => [
      elsewhere(text),
      setUp(text),
      change(text(CALM_S), "key", null, "a secret of Application/shop/demo-acme has ended"),
    ],
    expected: { service: "shop/catalog", cause: /^a secret of Application\/shop\/demo-acme has ended$/ },
  },
  {
    name: "bad-revision",
    says: "the revision of the policy",
    flows: but({
      ...orders,
      perSecond: steady(6),
      end: from(CALM_S, payments, (second, random) =>
        random() < 0.5
          ? refused(504, "deadline", "TrafficPolicy/shop/payments")(second, random)
          : payments(second, random),
      ),
    }),
    changes: (text) => [
      elsewhere(text),
      change(text(CALM_S - 1), "revision", "shop/payments", "revision 12: update TrafficPolicy/shop/payments"),
    ],
    expected: { service: "shop/payments", cause: /^revision 12/ },
  },
  {
    name: "one-endpoint",
    says: "the endpoint that fails",
    flows: but({
      ...shelves,
      perSecond: steady(12),
      end: from(
        CALM_S,
        catalog,
        served([
          { version: "v1", endpoint: "eu-1", cluster: "demo-eu", share: 1 },
          { version: "v1", endpoint: "eu-2", cluster: "demo-eu", share: 1, failPercent: 60 },
        ]),
      ),
    }),
    changes: (text) => [elsewhere(text)],
    expected: { service: "shop/catalog", cause: /^endpoint eu-2 fails$/ },
  },
  {
    name: "forced-breaker",
    says: "the operator who forced it",
    flows: but({
      ...readers,
      end: from(CALM_S, twoVersions, refused(503, "breaker", "TrafficPolicy/shop/reviews")),
    }),
    changes: (text) => [
      elsewhere(text),
      change(text(CALM_S), "breaker", "shop/reviews", "an operator forced its breaker open"),
    ],
    expected: { service: "shop/reviews", cause: /^an operator forced its breaker open$/ },
  },
  {
    name: "tight-limit",
    says: "the revision of the limit, and not the client that calls as ever",
    flows: [
      ...calm,
      flow(ACME, "shop/catalog", 4, (second, random) =>
        (second >= CALM_S && random() < 0.75 ? refused(429, "limit", "RateLimitPolicy/shop/partners") : catalog)(
          second,
          random,
        ),
      ),
    ],
    changes: (text) => [
      elsewhere(text),
      change(text(CALM_S - 150), "revision", null, "revision 10: create RateLimitPolicy/shop/partners"),
      change(text(CALM_S), "revision", null, "revision 12: update RateLimitPolicy/shop/partners"),
    ],
    expected: { service: "shop/catalog", cause: /^revision 12: update RateLimitPolicy/ },
  },
  { name: "calm", says: "nothing", flows: calm, changes: none, expected: null },
  {
    name: "guarded",
    says: "nothing, while strangers are refused",
    flows: [...calm, strangers("shop/catalog", 0.5), strangers("shop/reviews", 5), strangers("shop/payments", 0.03)],
    changes: none,
    expected: null,
  },
];
