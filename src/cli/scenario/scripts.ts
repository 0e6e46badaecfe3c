// The scenarios, by name: what goes wrong when, what to look at, and how it ends. Whatever they leave is put back.
import type { Call } from "../demo/demo-traffic.ts";
import { allTo, bank, clusters, failover, partnerLimit, partners, storm } from "./documents.ts";
import type { ScenarioAction, ScenarioCopy, ScenarioLoad, Script, Step, Wrong } from "./script.ts";

const books = ["middlemarch", "moby-dick", "persuasion", "germinal", "effi-briest", "kokoro", "dom-casmurro"];
const booksAt = (prefix: string, host?: string): Call[] =>
  books.map((book) => ({ method: "GET", path: `${prefix}/books/${book}`, ...(host === undefined ? {} : { host }) }));

const readers: ScenarioLoad = { name: "readers", perSecond: 12, calls: booksAt("/svc/reviews") };
const visitors: ScenarioLoad = { name: "visitors", perSecond: 4, calls: booksAt("/svc/storefront") };
const orders: ScenarioLoad = {
  name: "orders",
  perSecond: 6,
  calls: books.map((book) => ({ method: "POST", path: "/svc/storefront/orders", form: `book=${book}` })),
};

const step = (at: number, says: string, actions: readonly ScenarioAction[], look: readonly string[] = []): Step => ({
  at,
  says,
  look,
  actions,
});
const start = (copy: ScenarioCopy): ScenarioAction => ({ act: "start", copy });
const load = (of: ScenarioLoad): ScenarioAction => ({ act: "load", load: of });
const apply = (documents: string): ScenarioAction => ({ act: "apply", documents });
const behave = (copy: string, wrong: Wrong): ScenarioAction => ({ act: "behave", copy, wrong });

/** The demo's own route, with a third version. */
const split = (weights: Readonly<Record<string, number>>): ScenarioAction => ({
  act: "change",
  kind: "HTTPRoute",
  name: "reviews-split",
  spec: {
    rules: [
      {
        name: "split",
        backendRefs: Object.entries(weights).map(([version, weight]) => ({
          kind: "Service",
          group: "selvage.dev",
          name: "reviews",
          version,
          weight,
        })),
      },
    ],
  },
});

const canary: ScenarioCopy = { name: "canary", service: "reviews", version: "v3", program: "node/reviews.mjs" };
const badCanary: Script = {
  about: "reviews v3 is given traffic, and fails",
  steps: () => [
    step(0, "readers ask for reviews; v3 is started and gets nothing yet", [
      load(readers),
      start(canary),
      behave("canary", { fail: 40, status: 500, slow: 30, slowMs: 400 }),
    ]),
    step(0.15, "v3 gets 10 % of the calls to reviews", [split({ v1: 70, v2: 20, v3: 10 })], ["selvage history"]),
    step(
      0.35,
      "v3 gets 50 %: two of five of its answers are errors",
      [split({ v1: 40, v2: 10, v3: 50 })],
      ["selvage status", "selvage describe service reviews"],
    ),
    step(
      0.75,
      "the canary is given up: the route is as it was",
      [{ act: "putBack" }],
      ["selvage history", "selvage status"],
    ),
  ],
};

const bankCopy: ScenarioCopy = { name: "bank", service: "bank", version: "v1", program: "node/payments.mjs" };
const withBank: ScenarioCopy = {
  name: "payments",
  service: "payments",
  version: "v2",
  program: "node/payments.mjs",
  variables: { BANK_SERVICE: "bank" },
};
const bankBrownout: Script = {
  about: "the bank behind payments becomes slow, and its breaker opens",
  steps: () => [
    step(0, "payments v2 captures every charge at a bank", [
      apply(`${bank("bank-brownout")}---${allTo("bank-brownout", "payments", "v2")}`),
      start(bankCopy),
      start(withBank),
    ]),
    step(0.1, "customers buy", [load(orders)]),
    step(
      0.25,
      "the bank takes two seconds for most of what it is asked",
      [behave("bank", { fail: 20, slow: 80, slowMs: 2000 })],
      ["selvage status", "selvage breaker get bank"],
    ),
    step(
      0.7,
      "the bank has recovered; the breaker tries it again by itself",
      [behave("bank", {})],
      ["selvage breaker get bank"],
    ),
  ],
};

const noisyClient: Script = {
  about: "one partner asks far too much, and only that one is held back",
  steps: () => [
    step(0, "two applications share a host for partners, five requests a second each", [
      apply(`${partners("noisy-client", ["demo-acme", "demo-crawler"])}---${partnerLimit("noisy-client")}`),
      { act: "mint", application: "demo-acme" },
      { act: "mint", application: "demo-crawler" },
    ]),
    step(0.1, "demo-acme asks twice a second", [
      load({ name: "demo-acme", perSecond: 2, calls: booksAt("", "partners.localhost"), application: "demo-acme" }),
    ]),
    step(
      0.25,
      "demo-crawler asks thirty times a second: 429 for it, and nothing changes for demo-acme",
      [
        load({
          name: "demo-crawler",
          perSecond: 30,
          calls: booksAt("", "partners.localhost"),
          application: "demo-crawler",
        }),
      ],
      ["selvage limit get", "selvage status"],
    ),
  ],
};

const shelf = (cluster: string, nth: number, priority: number): ScenarioCopy => ({
  name: `${cluster}-${nth}`,
  service: "catalog",
  version: "v2",
  program: "node/catalog.mjs",
  cluster: `demo-${cluster}`,
  priority,
});
const clusterLoss: Script = {
  about: "every copy of the catalogue in one cluster goes away, and another takes over",
  steps: () => [
    step(0, "catalog v2 runs in demo-eu, with demo-us behind it", [
      apply(`${clusters("cluster-loss")}---${allTo("cluster-loss", "catalog", "v2")}---${failover("cluster-loss")}`),
      ...[shelf("eu", 1, 0), shelf("eu", 2, 0), shelf("us", 1, 1), shelf("us", 2, 1)].map(start),
    ]),
    step(0.1, "visitors read", [load({ ...readers, calls: booksAt("/svc/catalog") })], ["selvage get endpoints"]),
    step(
      0.3,
      "demo-eu is lost: both of its copies are gone",
      [
        { act: "lose", copy: "eu-1" },
        { act: "lose", copy: "eu-2" },
      ],
      ["selvage status", "selvage get endpoints -o wide"],
    ),
    step(0.7, "demo-eu is back", [start(shelf("eu", 1, 0)), start(shelf("eu", 2, 0))], ["selvage get endpoints"]),
  ],
};

const flaky: ScenarioCopy = { name: "flaky", service: "reviews", version: "v3", program: "node/reviews.mjs" };
const retryStorm: Script = {
  about: "a service fails and every call is worth three retries; a budget keeps them from making it worse",
  steps: () => [
    step(0, "a host of its own leads to reviews v3, with three retries and a budget of 20 %", [
      start(flaky),
      apply(storm("retry-storm")),
    ]),
    step(0.1, "readers ask", [load({ ...readers, perSecond: 20, calls: booksAt("", "storm.localhost") })]),
    step(
      0.25,
      "seven of ten answers are 503: without a budget that would be three times the load",
      [behave("flaky", { fail: 70 })],
      ["selvage breaker get reviews", "selvage status"],
    ),
    step(0.75, "it has recovered", [behave("flaky", {})], ["selvage status"]),
  ],
};

const keyExpiry: Script = {
  about: "the secret that a partner uses ends, and its calls are refused until it takes the new one",
  steps: (seconds) => [
    step(0, "demo-acme calls with the secret of its application", [
      apply(partners("key-expiry", ["demo-acme"])),
      { act: "mint", application: "demo-acme" },
    ]),
    step(0.1, "it asks four times a second", [
      load({ name: "demo-acme", perSecond: 4, calls: booksAt("", "partners.localhost"), application: "demo-acme" }),
    ]),
    step(
      0.25,
      "its secret is rotated; the old one ends soon, and demo-acme does not hear of it",
      [{ act: "rotate", application: "demo-acme", overlapSeconds: Math.max(1, Math.round(seconds * 0.1)) }],
      ["selvage app credentials demo-acme", "selvage history", "selvage status"],
    ),
    step(0.7, "demo-acme takes the new secret", [{ act: "adopt", application: "demo-acme" }]),
  ],
};

const calm: Script = {
  about: "nothing goes wrong",
  steps: () => [step(0, "visitors and readers, and nothing else", [load(visitors), load(readers)], ["selvage status"])],
};

export const scenarios = {
  "bad-canary": badCanary,
  "bank-brownout": bankBrownout,
  "noisy-client": noisyClient,
  "cluster-loss": clusterLoss,
  "retry-storm": retryStorm,
  "key-expiry": keyExpiry,
  calm,
} as const satisfies Readonly<Record<string, Script>>;

export type ScenarioName = keyof typeof scenarios;
