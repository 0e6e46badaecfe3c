import { describe, expect, it } from "vitest";
import { application, caller, decided, policies, user, workload, type Question } from "../../support/policies.ts";

const header = (value: string, name = "x-role"): Question => ({ headers: { [name]: value } });
const claims = (more: Record<string, unknown>): Question => ({ caller: user("bob", more) });
const web = caller({ workload: workload("web"), application: application("kiosk") });

describe("when", () => {
  it.each<[condition: string, question: Question, allow: boolean, deny: boolean]>([
    ['key: "header:X-Role", values: [admin]', header("admin"), true, true],
    ['key: "header:x-role", values: [admin]', header("Admin"), false, false],
    ['key: "header:x-role", values: [admin]', {}, false, false],
    ['key: "header:x-role", values: ["*"]', header(""), true, true],
    ['key: "header:x-role", values: ["*"]', {}, false, false],
    ['key: "header:x-role", values: ["ad*", "*-x"]', header("a-x"), true, true],
    ['key: "header:x-role", notValues: [admin]', header("user"), true, true],
    ['key: "header:x-role", notValues: [admin]', header("admin"), false, false],
    ['key: "header:x-role", notValues: [admin]', {}, true, true],
    ['key: "header:x-role", notValues: ["*"]', header("x"), false, false],
    // Repeated lines: each value counts, and whatever is in doubt counts against the caller.
    ['key: "header:x-role", values: [admin]', header("admin, user"), false, true],
    ['key: "header:x-role", values: [admin]', header("user, admin"), false, true],
    ['key: "header:x-role", values: [admin, user]', header("user,admin"), true, true],
    ['key: "header:x-role", values: ["adm*"]', header("admin, evil"), false, true],
    ['key: "header:x-role", notValues: [admin]', header("user, admin"), false, true],
    ['key: "header:x-role", values: [admin]', header("admin, "), true, true],
    ['key: "header:x-role", values: ["a, b"]', header("a, b"), true, true],
    [
      'key: "header:user-agent", values: ["Mozilla/*"]',
      header("Mozilla/5.0 (KHTML, like Gecko)", "user-agent"),
      true,
      true,
    ],
    ['key: "header:user-agent", values: ["evil*"]', header("x, evil", "user-agent"), false, true],
    // Bytes that were no text: nobody knows what the service will read.
    ['key: "header:x-role", values: [user]', header("adm\ufffdn"), false, true],
    ['key: "header:x-role", notValues: [admin]', header("adm\ufffdn"), false, true],
    ['key: "header:x-role", contains: [a]', header("a \ufffd"), false, true],
    ['key: "header:x-groups", contains: [a, b]', header("a, c b", "x-groups"), true, true],
    ['key: "header:x-groups", contains: [a, b]', header("a, c", "x-groups"), false, false],
    ['key: "header:host", values: [shop.example.com]', { headers: { host: "shop.example.com" } }, true, true],
    ['key: "claim:sub", values: [bob]', claims({}), true, true],
    ['key: "claim:sub", values: [bob]', {}, false, false],
    ['key: "claim:sub", notValues: [bob]', {}, true, true],
    ['key: "claim:groups", values: [admin]', claims({ groups: ["dev", "admin"] }), true, true],
    ['key: "claim:groups", notValues: [admin]', claims({ groups: ["dev", "admin"] }), false, false],
    ['key: "claim:groups", values: [admin]', claims({ groups: [] }), false, false],
    ['key: "claim:groups", contains: [admin, dev]', claims({ groups: ["dev", "admin"] }), true, true],
    ['key: "claim:groups", contains: [ops]', claims({ groups: ["dev", "admin"] }), false, false],
    ['key: "claim:scope", contains: [orders.write]', claims({ scope: "orders.read orders.write" }), true, true],
    ['key: "claim:scope", contains: [orders]', claims({ scope: "orders.read orders.write" }), false, false],
    ['key: "claim:scope", values: [orders.write]', claims({ scope: "orders.read orders.write" }), true, true],
    ['key: "claim:name", values: [Bob]', claims({ name: "Bob Alice" }), false, false],
    ['key: "claim:level", values: ["3"]', claims({ level: 3 }), true, true],
    ['key: "claim:email_verified", values: ["true"]', claims({ email_verified: true }), true, true],
    ['key: "claim:sub", values: [bob]', claims({ sub: null }), false, false],
    // Dots are part of a name first, and lead inside only where there is no such name.
    ['key: "claim:realm.role", values: [admin]', claims({ realm: { role: "admin" } }), true, true],
    [
      'key: "claim:realm.role", values: [admin]',
      claims({ realm: { role: "admin" }, "realm.role": "user" }),
      false,
      false,
    ],
    [
      'key: "claim:https://example.com/role", values: [admin]',
      claims({ "https://example.com/role": "admin" }),
      true,
      true,
    ],
    ['key: "claim:realm", values: [admin]', claims({ realm: { role: "admin" } }), false, true],
    ['key: "claim:realm", values: ["*"]', claims({ realm: {} }), true, true],
    ['key: "claim:groups", values: [admin]', claims({ groups: [{ name: "admin" }] }), false, true],
    // Members of every object are nobody's claims.
    ['key: "claim:__proto__", values: ["*"]', claims({}), false, false],
    ['key: "claim:constructor", values: ["*"]', claims({}), false, false],
    ['key: "claim:toString", notValues: ["*"]', claims({}), true, true],
    ['key: "claim:realm.constructor.name", values: ["*"]', claims({ realm: {} }), false, false],
    ['key: "claim:groups.length", values: ["*"]', claims({ groups: ["a"] }), false, false],
    ['key: "claim:sub.length", values: ["*"]', claims({}), false, false],
    ["key: source.ip, values: [192.0.2.0/24]", {}, true, true],
    ["key: source.ip, notValues: [192.0.2.0/24]", {}, false, false],
    ["key: source.ip, notValues: [192.0.2.0/24]", { ip: "198.51.100.1" }, true, true],
    ["key: source.ip, notValues: [192.0.2.0/24]", { ip: null }, false, true],
    ["key: source.namespace, values: [shop]", { caller: web }, true, true],
    ["key: source.namespace, notValues: [shop]", {}, true, true],
    ['key: source.principal, notValues: ["*"]', {}, true, true],
    ['key: source.principal, notValues: ["*"]', { caller: web }, false, false],
    ["key: source.application, values: [kiosk]", { caller: web }, true, true],
    ["key: request.method, notValues: [GET, HEAD]", { method: "POST" }, true, true],
    ["key: request.method, notValues: [GET, HEAD]", {}, false, false],
    ['key: request.host, values: ["*.example.com"]', {}, true, true],
    ['key: request.path, notValues: ["/health*"]', { path: "/healthz" }, false, false],
    ['key: request.path, notValues: ["/health*"]', { path: "/admin" }, true, true],
    // What cannot be said exactly is not judged.
    ['key: request.path, notValues: ["/a?b=c"]', { path: "/x" }, false, true],
  ])("{%s} of %j", (condition, question, allow, deny) => {
    expect(decided(policies(`action: ALLOW, rules: [{when: [{${condition}}]}]`), question)).toBe(
      allow ? "allow shop/p0" : "none shop/p0",
    );
    expect(decided(policies(`action: DENY, rules: [{when: [{${condition}}]}]`), question)).toBe(
      deny ? "deny shop/p0" : "allow",
    );
  });
});
