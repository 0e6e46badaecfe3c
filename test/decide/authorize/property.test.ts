import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileAuthorization } from "../../../src/compile/policy/authorization.ts";
import { decideAuthorization, policyTruths } from "../../../src/decide/authorize/authorize.ts";
import { candidatesAmong } from "../../../src/decide/authorize/candidates.ts";
import { NO, YES } from "../../../src/decide/authorize/pattern.ts";
import type { AuthorizationRequest } from "../../../src/decide/authorize/request.ts";
import type { DocumentOf } from "../../../src/model/document/document.ts";
import { naivelyAllowed } from "../../support/naive/naive-authorize.ts";
import { sized } from "../../support/long.ts";
import { application, asked, caller, user, workload, type Question } from "../../support/policies.ts";

type Spec = DocumentOf<"AuthorizationPolicy">["spec"];
type Rule = Spec["rules"][number];

const pick = (...values: string[]): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { maxLength: 2 });

const source = fc.record({
  principals: pick(
    "*",
    "spiffe://mesh.local/ns/shop/sa/web",
    "mesh.local/ns/shop/*",
    "https://id.example.com/bob",
    "*/app/kiosk",
  ),
  namespaces: pick("shop", "partner", "*", "*p"),
  applications: pick("kiosk", "partner/kiosk", "*", "k*", "*k"),
  ipBlocks: pick("192.0.2.0/24", "192.0.2.7", "198.51.100.0/24", "0.0.0.0/0"),
});
const operation = fc.record({
  methods: pick("GET", "POST", "*"),
  paths: pick("/orders", "/orders/*", "*/items", "/*", "*"),
  hosts: pick("shop.example.com", "*.example.com", "*"),
});
const condition = fc
  .record({
    key: fc.constantFrom("header:x-role", "claim:role", "claim:sub"),
    values: pick("admin", "user", "a*", "*r", "*"),
    notValues: pick("admin", "user", "a*", "*"),
    contains: fc.constant([] as string[]),
  })
  .filter(({ values, notValues }) => values.length + notValues.length > 0);
const rule: fc.Arbitrary<Rule> = fc.record({
  from: fc.array(source, { maxLength: 2 }),
  to: fc.array(operation, { maxLength: 2 }),
  when: fc.array(condition, { maxLength: 2 }),
});
const spec = (action: Spec["action"][] = ["ALLOW", "DENY", "AUDIT"]): fc.Arbitrary<Spec> =>
  fc.record({
    targetRefs: fc.constant([]),
    action: fc.constantFrom(...action),
    rules: fc.array(rule, { maxLength: 3 }),
  });

/** Requests that can be read in one way only. */
const plain: fc.Arbitrary<Question> = fc.record({
  caller: fc.constantFrom(
    caller({}),
    caller({ workload: workload("web") }),
    caller({ workload: workload("web", "partner"), claims: { role: "user" } }),
    caller({ application: application("kiosk", "partner") }),
    caller({ workload: workload("web"), application: application("kiosk") }),
    user("bob", { role: "admin" }),
    user(null, { role: "user" }),
  ),
  ip: fc.constantFrom("192.0.2.7", "192.0.2.8", "198.51.100.1", "203.0.113.9"),
  method: fc.constantFrom("GET", "POST", "HEAD"),
  path: fc.constantFrom("/", "/orders", "/orders/", "/orders/1", "/orders/1/items"),
  host: fc.constantFrom("shop.example.com", "example.com", "evil.test"),
  headers: fc.constantFrom<Record<string, string>[]>({}, { "x-role": "admin" }, { "x-role": "user" }),
});

/** And those that cannot. */
const doubtful: fc.Arbitrary<Question> = fc
  .tuple(
    plain,
    fc.record(
      {
        caller: fc.constantFrom(
          caller({ workload: workload("web", "shop"), application: application("kiosk", "partner") }),
          user("x/app/kiosk", { role: { a: 1 } }),
          user("web", { role: ["admin", {}] }, "mesh.local/ns/shop/sa"),
        ),
        ip: fc.constantFrom(null, "fe80::1%eth0", "::ffff:192.0.2.7"),
        method: fc.constantFrom("get", "*"),
        path: fc.constantFrom("/orders%3Bx/items", "/x%3B/items", "/orders/*"),
        otherPaths: fc.constantFrom([], ["/orders"], ["/a/items", "/orders/1"]),
        headers: fc.constantFrom({ "x-role": "admin, user" }, { "x-role": "a\ufffd" }, { "x-role": "," }),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([base, odd]) => Object.assign({}, base, odd));

const compiled = (specs: readonly Spec[]) =>
  specs.map((one, index) =>
    compileAuthorization({
      apiVersion: "selvage.dev/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: `p${index}`, namespace: "shop", labels: {}, annotations: {} },
      spec: one,
    }),
  );
const allowed = (specs: readonly Spec[], question: AuthorizationRequest): boolean => {
  const table = compiled(specs);
  return decideAuthorization(table, [...table.keys()], question).allowed;
};
const any = fc.oneof(plain, doubtful);

/** A policy that names paths, one in five whatever else there is. */
const narrow = (action: Spec["action"]): fc.Arbitrary<Spec> => {
  const paths = pick("/orders/1", "/orders/*", "/nobody/*", "/orders/1/items", "/else/where*");
  const to = paths.map((some) => [{ methods: [], paths: some.length === 0 ? ["/nobody"] : some, hosts: [] }]);
  const narrowed = fc.tuple(rule, to).map(([one, named]): Rule => Object.assign({}, one, { to: named }));
  const rules = fc.array(fc.oneof({ weight: 5, arbitrary: narrowed }, rule), { minLength: 1, maxLength: 2 });
  return fc.record({ targetRefs: fc.constant([]), action: fc.constant(action), rules });
};
/** A DENY is rare: otherwise one of so many always matches. */
const oneOfMany = fc.oneof(
  { weight: 6, arbitrary: narrow("ALLOW") },
  { weight: 1, arbitrary: narrow("DENY") },
  { weight: 5, arbitrary: narrow("AUDIT") },
);
const noAllow = fc.oneof({ weight: 1, arbitrary: narrow("DENY") }, { weight: 9, arbitrary: narrow("AUDIT") });
const many = fc.oneof(
  fc.array(oneOfMany, { minLength: 17, maxLength: 30 }),
  fc.array(noAllow, { minLength: 17, maxLength: 20 }),
);
/** Where a policy is missing; beyond the end = nowhere. */
const held = fc.nat(200);

/** What is decided where each is asked by itself, one after the other. */
function oneByOne(
  table: ReturnType<typeof compiled>,
  indexes: readonly number[],
  question: AuthorizationRequest,
): ReturnType<typeof decideAuthorization> {
  const truths = indexes.map((index) => policyTruths(table, [index], question)[0]);
  const end = truths.find((one) => one === undefined || (one.action === "DENY" && one.truth !== NO));
  if (end !== undefined) {
    return { allowed: false, because: "denied", policy: end.policy };
  }
  if (truths.includes(undefined)) {
    return { allowed: false, because: "unknown", policy: null };
  }
  const allows = truths.filter((one) => one?.action === "ALLOW");
  const by = allows.find((one) => one?.truth === YES);
  if (by !== undefined || allows.length === 0) {
    return { allowed: true, policy: by?.policy ?? null };
  }
  return { allowed: false, because: "not-allowed", policy: allows[0]?.policy ?? "" };
}

function outcome(verdict: ReturnType<typeof decideAuthorization>): string {
  return verdict.allowed ? (verdict.policy === null ? "allow" : "allow by one") : verdict.because;
}

describe("authorize: properties", () => {
  it("decides as the naive reading of the documents does", () => {
    const seen = { true: 0, false: 0 };
    fc.assert(
      fc.property(fc.array(spec(), { maxLength: 4 }), plain, (specs, question) => {
        const expected = naivelyAllowed(specs, "shop", asked(question));
        seen[`${expected}`]++;
        expect(allowed(specs, asked(question))).toBe(expected);
      }),
      { numRuns: 5000 },
    );
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(500);
  });

  it("decides about many as if each of them were asked", () => {
    const seen = new Map<string, number>();
    let [asking, ofAll] = [0, 0];
    fc.assert(
      fc.property(many, held, any, (specs, missing, question) => {
        const table = compiled(specs);
        const indexes = [...table.keys()].flatMap((index) => (index === missing ? [99, index] : [index]));
        const expected = oneByOne(table, indexes, asked(question));
        expect(decideAuthorization(table, indexes, asked(question))).toEqual(expected);
        seen.set(outcome(expected), (seen.get(outcome(expected)) ?? 0) + 1);
        asking += candidatesAmong(table, indexes, asked(question)).length;
        ofAll += indexes.length;
      }),
      { numRuns: sized(800, 60_000) },
    );
    expect([...seen.keys()].toSorted()).toEqual(["allow", "allow by one", "denied", "not-allowed", "unknown"]);
    expect(asking / ofAll, "most have nothing to say").toBeLessThan(0.6);
  });

  it("never allows, where there is doubt, what the naive reading of the undoubted rest refuses by a DENY", () => {
    fc.assert(
      fc.property(
        fc.array(spec(["DENY"]), { maxLength: 3 }),
        fc.array(spec(["ALLOW"]), { maxLength: 2 }),
        any,
        (denies, allows, question) => {
          if (!allowed(denies, asked(question))) {
            expect(allowed([...allows, ...denies], asked(question))).toBe(false);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("never allows more with one more DENY", () => {
    fc.assert(
      fc.property(fc.array(spec(), { maxLength: 3 }), spec(["DENY"]), any, (specs, deny, question) => {
        if (allowed([...specs, deny], asked(question))) {
          expect(allowed(specs, asked(question))).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("never allows less with one more rule in an ALLOW, nor more with one more in a DENY", () => {
    fc.assert(
      fc.property(fc.array(spec(), { maxLength: 3 }), spec(), rule, any, (specs, one, more, question) => {
        const longer: Spec = { ...one, rules: [...one.rules, more] };
        const [before, after] = [
          allowed([...specs, one], asked(question)),
          allowed([...specs, longer], asked(question)),
        ];
        if (one.action === "ALLOW") {
          expect(after || !before).toBe(true);
        } else if (one.action === "DENY") {
          expect(before || !after).toBe(true);
        } else {
          expect(after).toBe(before);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("does not depend on the order of policies", () => {
    fc.assert(
      fc.property(fc.array(spec(), { maxLength: 4 }), any, (specs, question) => {
        expect(allowed(specs.toReversed(), asked(question))).toBe(allowed(specs, asked(question)));
      }),
      { numRuns: 2000 },
    );
  });

  it("never allows with a caller's proofs taken away what only they allowed: an anonymous caller gets no principal", () => {
    const proven: fc.Arbitrary<Spec> = fc
      .tuple(
        spec(["ALLOW"]),
        pick("*", "mesh.local/*", "https://id.example.com/*").filter(({ length }) => length > 0),
      )
      .map(([one, principals]): Spec => {
        const from = [{ principals, namespaces: [], applications: [], ipBlocks: [] }];
        return Object.assign({}, one, { rules: one.rules.map(({ to, when }) => ({ from, to, when })) });
      });
    fc.assert(
      fc.property(proven, any, (one, question) => {
        expect(allowed([one], asked({ ...question, caller: caller({}) }))).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});
