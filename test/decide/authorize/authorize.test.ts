// The semantics that Istio documents for its AuthorizationPolicy, as tables, and where this mesh is stricter.
import { describe, expect, it } from "vitest";
import { audited, decideAuthorization } from "../../../src/decide/authorize/authorize.ts";
import {
  application,
  asked,
  caller,
  decided,
  policies,
  user,
  workload,
  type Question,
} from "../../support/policies.ts";

const web = caller({ workload: workload("web") });
const ALLOW_ALL = "action: ALLOW, rules: [{}]";
const ALLOW_NOTHING = "action: ALLOW";
const DENY_ALL = "action: DENY, rules: [{}]";
const ALLOW_GET = "action: ALLOW, rules: [{to: [{methods: [GET]}]}]";
const DENY_ADMIN = "action: DENY, rules: [{to: [{paths: [/admin*]}]}]";

describe("policies together", () => {
  it.each<[what: string, specs: string[], question: Question, expected: string]>([
    ["no policy allows", [], {}, "allow"],
    ["a DENY that does not match allows", [DENY_ADMIN], {}, "allow"],
    ["a DENY that matches refuses", [DENY_ADMIN], { path: "/admin" }, "deny shop/p0"],
    ["an ALLOW that matches allows", [ALLOW_GET], {}, "allow shop/p0"],
    [
      "an ALLOW that does not match refuses what it says nothing about",
      [ALLOW_GET],
      { method: "POST" },
      "none shop/p0",
    ],
    [
      "one ALLOW of two is enough",
      ["action: ALLOW, rules: [{to: [{methods: [PUT]}]}]", ALLOW_GET],
      {},
      "allow shop/p1",
    ],
    ["DENY comes before ALLOW, wherever it stands", [ALLOW_ALL, DENY_ADMIN], { path: "/admin/x" }, "deny shop/p1"],
    ["DENY comes before ALLOW", [DENY_ALL, ALLOW_ALL], {}, "deny shop/p0"],
    ["allow-nothing refuses", [ALLOW_NOTHING], { caller: web }, "none shop/p0"],
    ["allow-nothing beside an ALLOW leaves what that allows", [ALLOW_NOTHING, ALLOW_GET], {}, "allow shop/p1"],
    ["an empty rule matches everything", [ALLOW_ALL], { ip: null, path: "/" }, "allow shop/p0"],
    ["a DENY without rules matches nothing", ["action: DENY"], {}, "allow"],
    ["ALLOW is the default action", ["rules: [{}]"], {}, "allow shop/p0"],
    [
      "AUDIT never refuses and never allows",
      ["action: AUDIT, rules: [{}]", ALLOW_GET],
      { method: "POST" },
      "none shop/p1",
    ],
    ["AUDIT alone is no default deny", ["action: AUDIT, rules: [{}]"], {}, "allow"],
    ["the first ALLOW is named when none matches", [DENY_ADMIN, ALLOW_NOTHING, ALLOW_NOTHING], {}, "none shop/p1"],
  ])("%s", (_, specs, question, expected) => expect(decided(policies(...specs), question)).toBe(expected));

  it("report the AUDIT policies that match", () => {
    const table = policies(
      "action: AUDIT, rules: [{to: [{methods: [GET]}]}]",
      "action: AUDIT, rules: [{to: [{methods: [PUT]}]}]",
      ALLOW_ALL,
    );
    expect(audited(table, [0, 1, 2], asked())).toEqual(["shop/p0"]);
  });

  it("refuse when one that should be there is not", () => {
    expect(decideAuthorization(policies(ALLOW_ALL), [0, 1], asked())).toEqual({
      allowed: false,
      because: "unknown",
      policy: null,
    });
  });

  it("refuse on an action that a newer mesh wrote and this one does not know, when its rules match", () => {
    const [policy] = policies(ALLOW_ALL);
    const newer = { ...policy!, action: "CUSTOM" as "DENY" };
    expect(decideAuthorization([newer], [0], asked())).toMatchObject({ allowed: false, policy: "shop/p0" });
  });
});

describe("a rule", () => {
  const rule = (text: string): string => `action: ALLOW, rules: [${text}]`;
  it.each<[what: string, rule: string, question: Question, matches: boolean]>([
    ["needs from, to and when", "{from: [{namespaces: [shop]}], to: [{methods: [GET]}]}", { caller: web }, true],
    ["needs from, to and when", "{from: [{namespaces: [shop]}], to: [{methods: [PUT]}]}", { caller: web }, false],
    ["takes one of its entries", "{to: [{methods: [PUT]}, {paths: [/orders/*]}]}", {}, true],
    ["needs all lists of one entry", "{to: [{methods: [PUT], paths: [/orders/*]}]}", {}, false],
    ["takes one value of a list", "{to: [{methods: [PUT, GET]}]}", {}, true],
    ["is one alternative of several", "{to: [{methods: [PUT]}]}, {to: [{methods: [GET]}]}", {}, true],
    [
      "needs every condition",
      '{when: [{key: "header:a", values: [x]}, {key: "header:b", values: [y]}]}',
      { headers: { a: "x" } },
      false,
    ],
    [
      "needs every condition",
      '{when: [{key: "header:a", values: [x]}, {key: "header:b", values: [y]}]}',
      { headers: { a: "x", b: "y" } },
      true,
    ],
    ["with an empty entry takes every source", "{from: [{}]}", {}, true],
  ])("%s: %s", (_, text, question, matches) =>
    expect(decided(policies(rule(text)), question)).toBe(matches ? "allow shop/p0" : "none shop/p0"),
  );
});

describe("from", () => {
  const app = caller({ application: application("kiosk") });
  const bob = user("bob");
  const both = caller({ workload: workload("web", "shop"), application: application("kiosk", "partner") });
  it.each<[source: string, question: Question, allow: boolean, deny: boolean]>([
    ['principals: ["spiffe://mesh.local/ns/shop/sa/web"]', { caller: web }, true, true],
    ["principals: [mesh.local/ns/shop/sa/web]", { caller: web }, true, true],
    ["principals: [mesh.local/ns/shop/sa/we]", { caller: web }, false, false],
    ['principals: ["spiffe://mesh.local/ns/shop/*"]', { caller: web }, true, true],
    ['principals: ["*/sa/web"]', { caller: web }, true, true],
    ["principals: [mesh.local/ns/shop/sa/w.b]", { caller: web }, false, false],
    ['principals: ["*"]', { caller: web }, true, true],
    ['principals: ["*"]', { caller: app }, true, true],
    ['principals: ["*"]', { caller: bob }, true, true],
    ['principals: ["*"]', { caller: user(null) }, true, true],
    ['principals: ["*"]', {}, false, false],
    ['principals: ["https://id.example.com/bob"]', { caller: bob }, true, true],
    ['principals: ["https://id.example.com/*"]', { caller: bob }, true, true],
    [
      'principals: ["https://id.example.com/*"]',
      { caller: user("bob", {}, "https://id.example.com.evil") },
      false,
      false,
    ],
    ['principals: ["https://id.example.com/bob"]', { caller: user(null) }, false, false],
    // Subjects are often chosen by their users: a pattern that only looks at the end allows none of them.
    ['principals: ["*/sa/web"]', { caller: user("x/sa/web") }, false, true],
    // A user who is called like a workload is none.
    ["principals: [mesh.local/ns/shop/sa/web]", { caller: user("web", {}, "mesh.local/ns/shop/sa") }, false, true],
    [
      'principals: ["spiffe://mesh.local/ns/shop/sa/web"]',
      { caller: user("ns/shop/sa/web", {}, "spiffe://mesh.local") },
      false,
      true,
    ],
    ["namespaces: [shop]", { caller: web }, true, true],
    ["namespaces: [shop]", { caller: app }, true, true],
    ["namespaces: [shop]", { caller: bob }, false, false],
    ["namespaces: [shop]", {}, false, false],
    ['namespaces: ["*"]', { caller: bob }, false, false],
    ['namespaces: ["sh*"]', { caller: web }, true, true],
    // An application of another namespace, brought along by a workload: enough to refuse, too little to allow.
    ["namespaces: [partner]", { caller: both }, false, true],
    ["namespaces: [shop]", { caller: both }, true, true],
    ["applications: [kiosk]", { caller: app }, true, true],
    ["applications: [shop/kiosk]", { caller: app }, true, true],
    ["applications: [partner/kiosk]", { caller: both }, true, true],
    ["applications: [kiosk]", { caller: both }, false, false],
    ['applications: ["*-osk", "ki*"]', { caller: app }, true, true],
    ['applications: ["*"]', { caller: both }, true, true],
    ['applications: ["*"]', { caller: web }, false, false],
    ["applications: [web]", { caller: web }, false, false],
    ["ipBlocks: [192.0.2.0/24]", {}, true, true],
    ["ipBlocks: [192.0.2.0/24]", { ip: "::ffff:192.0.2.7" }, true, true],
    ["ipBlocks: [198.51.100.0/24]", {}, false, false],
    ['ipBlocks: ["2001:db8::/32"]', { ip: "2001:DB8::1" }, true, true],
    // An address that is not known is in no block, and may be in any.
    ["ipBlocks: [192.0.2.0/24]", { ip: null }, false, true],
    ['ipBlocks: [0.0.0.0/0, "::/0"]', { ip: "fe80::1%eth0" }, false, true],
  ])("{%s} of %j", (source, question, allow, deny) => {
    expect(decided(policies(`action: ALLOW, rules: [{from: [{${source}}]}]`), question)).toBe(
      allow ? "allow shop/p0" : "none shop/p0",
    );
    expect(decided(policies(`action: DENY, rules: [{from: [{${source}}]}]`), question)).toBe(
      deny ? "deny shop/p0" : "allow",
    );
  });
});

describe("to", () => {
  it.each<[operation: string, question: Question, allow: boolean, deny: boolean]>([
    ["methods: [GET, POST]", { method: "POST" }, true, true],
    ["methods: [GET]", { method: "HEAD" }, false, false],
    ['methods: ["*"]', { method: "PROPFIND" }, true, true],
    ["methods: [PATCH]", { method: "patch" }, false, true],
    ["paths: [/orders]", { path: "/orders" }, true, true],
    ["paths: [/orders]", { path: "/orders/" }, false, false],
    ["paths: [/orders/*]", { path: "/orders/" }, true, true],
    ["paths: [/orders/*]", { path: "/orders/1/items" }, true, true],
    ["paths: [/orders/*]", { path: "/orders" }, false, false],
    ["paths: [/orders*]", { path: "/orders-old" }, true, true],
    ['paths: ["*.json"]', { path: "/a/b.json" }, true, true],
    ['paths: ["*"]', { path: "/" }, true, true],
    ["paths: [/Orders]", { path: "/orders" }, false, false],
    ['paths: ["/adm%69n//x/*"]', { path: "/admin/x/1" }, true, true],
    ['paths: ["*/adm%69n"]', { path: "/x/admin" }, true, true],
    // A star in a path is a star and nothing else.
    ["paths: [/a/b]", { path: "/a/*" }, false, false],
    ["paths: [/a/*]", { path: "/a/*" }, true, true],
    // What some services decode and cut off.
    ['paths: ["*.css"]', { path: "/admin/x%3B.css" }, false, true],
    ["paths: [/admin/x]", { path: "/admin/x%3B.css" }, false, true],
    // The path as it was sent, and as it will be: they only refuse.
    ["paths: [/admin/*]", { path: "/x", otherPaths: ["/svc/a.shop/x", "/admin/x"] }, false, true],
    ["paths: [/x]", { path: "/x", otherPaths: ["/svc/a.shop/x", "/admin/x"] }, true, true],
    // Queries and parameters are not compared: an ALLOW does not match, a DENY refuses all that it may mean.
    ['paths: ["/a?b=*"]', { path: "/a" }, false, true],
    ['paths: ["/a;v=1/*"]', { path: "/a/x" }, false, true],
    ['paths: ["/a/../*"]', { path: "/x" }, true, true],
    ['paths: ["/a/.*"]', { path: "/a/x" }, false, false],
    ['paths: ["/a/.*"]', { path: "/a/.well-known/x" }, true, true],
    ["paths: [/../a]", { path: "/a" }, false, true],
    ["hosts: [shop.example.com]", {}, true, true],
    ["hosts: [SHOP.Example.com.]", {}, true, true],
    ['hosts: ["shop.example.com:*"]', {}, true, true],
    ['hosts: ["*.example.com"]', {}, true, true],
    ["hosts: [example.com]", {}, false, false],
    ['hosts: ["shop.example.com:8080"]', {}, false, true],
  ])("{%s} of %j", (operation, question, allow, deny) => {
    expect(decided(policies(`action: ALLOW, rules: [{to: [{${operation}}]}]`), question)).toBe(
      allow ? "allow shop/p0" : "none shop/p0",
    );
    expect(decided(policies(`action: DENY, rules: [{to: [{${operation}}]}]`), question)).toBe(
      deny ? "deny shop/p0" : "allow",
    );
  });
});
