import { describe, expect, it } from "vitest";
import { ours, told } from "../../../support/documents/expect-refusal.ts";

describe("an AuthorizationPolicy", () => {
  it("refuses patterns that would match nothing or not what was meant", () => {
    expect(
      told(
        ours(
          "AuthorizationPolicy",
          `  targetRefs: []
  action: Deny
  rules:
  - to: [{paths: [orders, '/a*b'], methods: [get]}]
    from: [{ipBlocks: [10.0.0.0/33]}]
    when: [{key: 'claim:x'}, {key: '!', values: [a]}]
`,
        ),
      ),
    ).toEqual([
      'SLV1104 /spec/action 6:11 | "Deny" is not one of ALLOW, DENY, AUDIT | Did you mean DENY?',
      'SLV1104 /spec/rules/0/from/0/ipBlocks/0 9:24 | "10.0.0.0/33" is not an address or a block of them | Write 192.0.2.7 or 2001:db8::/32.',
      'SLV1104 /spec/rules/0/to/0/methods/0 8:46 | "get" is not a method | Write it in capitals, such as GET.',
      'SLV1104 /spec/rules/0/to/0/paths/0 8:19 | The path "orders" does not start with a slash | Write "/orders" or "/orders/*".',
      'SLV1104 /spec/rules/0/to/0/paths/1 8:27 | "/a*b" has its wildcard in the wrong place | Use "*" alone, at the start or at the end.',
      "SLV1104 /spec/rules/0/when/0 10:12 | The condition compares with nothing | Add values, notValues or contains.",
      'SLV1104 /spec/rules/0/when/1/key 10:36 | "!" is not a condition\'s key | Write claim:<name>, header:<name>, or source.ip, source.namespace, source.principal, source.application, request.method, request.host, request.path.',
    ]);
  });
});
