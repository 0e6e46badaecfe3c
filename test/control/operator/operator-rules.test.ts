// OPERATOR_ROLES: which rule fits whom, and that nothing unreadable lets anybody in.
import { describe, expect, it } from "vitest";
import { grantOf, mailOf, readRules } from "../../../src/control/operator/operator-rules.ts";

const rules = readRules(
  JSON.stringify([
    { email: "Mia@Example.com", role: "admin" },
    { group: "sre", role: "operator", namespaces: ["shop", "bank"] },
    { domain: "example.com", role: "viewer" },
    { claim: "roles", value: "mesh-admin", role: "admin" },
  ]),
);
const grant = (claims: Readonly<Record<string, unknown>>, verifiesMail = false) =>
  grantOf(rules ?? [], claims, verifiesMail);

describe("a rule", () => {
  it.each([
    ["an address, in any case", { email: "mia@EXAMPLE.com", email_verified: true }, "admin"],
    ["a group among others", { groups: ["dev", "sre"] }, "operator"],
    ["a domain", { email: "leo@example.com", email_verified: true }, "viewer"],
    ["a claim that is one text", { roles: "mesh-admin" }, "admin"],
    ["a claim that is a list", { roles: ["x", "mesh-admin"] }, "admin"],
  ])("fits %s", (_, claims, role) => {
    expect(grant(claims)?.role).toBe(role);
  });

  it.each([
    ["an address that is not verified", { email: "mia@example.com" }],
    ["a domain of which ours is the end", { email: "x@notexample.com", email_verified: true }],
    ["a sub-domain", { email: "x@a.example.com", email_verified: true }],
    ["an address with two @", { email: "x@example.com@evil.example", email_verified: true }],
    ["an address that is no text", { email: ["mia@example.com"], email_verified: true }],
    ["groups in one text", { groups: "sre,dev" }],
    ["a group that is a number", { groups: [1] }],
    ["what an object has without being told", { email_verified: true, roles: undefined }],
  ])("does not fit %s", (_, claims) => {
    expect(grant(claims)).toBeNull();
  });

  it("is overtaken by one that stands before it", () => {
    const claims = { email: "mia@example.com", email_verified: true, groups: ["sre"] };
    expect(grant(claims)).toEqual({ role: "admin", namespaces: null });
    expect(grant({ groups: ["sre"], email: "leo@example.com", email_verified: true })).toEqual({
      role: "operator",
      namespaces: ["shop", "bank"],
    });
  });

  it("takes the word of a provider that verifies addresses itself", () => {
    expect(mailOf({ email: "mia@example.com" }, true)).toBe("mia@example.com");
    expect(mailOf({ email: "mia@example.com", email_verified: false }, false)).toBeNull();
  });
});

describe("rules", () => {
  it.each([null, "[]"])("of %j are none", (text) => {
    expect(readRules(text)).toEqual([]);
  });

  it.each([
    ["no JSON", "{"],
    ["no list", '{"email": "mia@example.com", "role": "admin"}'],
    ["a rule without a role", '[{"email": "mia@example.com"}]'],
    ["a role that is none", '[{"email": "mia@example.com", "role": "root"}]'],
    ["a rule for everybody", '[{"role": "viewer"}]'],
    ["two conditions, of which one would be passed over", '[{"email": "a@b.c", "group": "sre", "role": "viewer"}]'],
    ["an admin of some namespaces", '[{"group": "sre", "role": "admin", "namespaces": ["shop"]}]'],
    ["one bad rule among good ones", '[{"group": "sre", "role": "admin"}, {"grup": "dev", "role": "viewer"}]'],
  ])("cannot be read when they are %s, and then nobody has a role", (_, text) => {
    expect(readRules(text)).toBeNull();
  });
});
