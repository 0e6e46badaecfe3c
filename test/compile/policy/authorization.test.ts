import { describe, expect, it } from "vitest";
import { compiled, heldBy, service } from "../../support/compiled.ts";
import { policies } from "../../support/policies.ts";

describe("an AuthorizationPolicy in a snapshot", () => {
  it("has canonical paths, hosts and headers in lower case, applications with their namespace, addresses as bits", () => {
    const [policy] = policies(
      'action: DENY, rules: [{from: [{applications: [kiosk, "*", "k*", b/c], ipBlocks: [128.0.0.0/1, "::/0", "8000::/2"]}], to: [{paths: ["/a//%62/*", "*/%61", "/c?d", "/e;f/*"], hosts: [A.example, "b.example:*", "c.example:80"]}], when: [{key: "header:X-A", values: [B]}, {key: source.ip, values: ["::/1"]}, {key: source.application, values: [kiosk]}]}]',
    );
    const mapped = "0".repeat(80) + "1".repeat(16);
    expect(policy).toEqual({
      policy: "shop/p0",
      action: "DENY",
      rules: [
        {
          from: [
            {
              principals: [],
              namespaces: [],
              applications: ["shop/kiosk", "*", "shop/k*", "b/c"],
              ipBlocks: [`${mapped}1`, "", "10"],
            },
          ],
          to: [
            {
              methods: [],
              paths: ["/a/b/*", "*/a", "/c", "/e*"],
              hosts: ["a.example", "b.example", "c.example"],
            },
          ],
          when: [
            { key: "header:x-a", values: ["B"], notValues: [], contains: [] },
            { key: "source.ip", values: ["0"], notValues: [], contains: [] },
            { key: "source.application", values: ["shop/kiosk"], notValues: [], contains: [] },
          ],
        },
      ],
    });
  });

  it("as an ALLOW keeps what has no canonical form as no request has it", () => {
    const [policy] = policies('rules: [{to: [{paths: ["/c?d", "/e;f/*"], hosts: ["c.example:80"]}]}]');
    expect(policy?.rules[0]?.to).toEqual([{ methods: [], paths: ["/c?d", "/e;f/*"], hosts: ["c.example:80"] }]);
  });

  it("is held by everything it is attached to, and accumulates", () => {
    const attach = (name: string, target: string): string =>
      `\napiVersion: selvage.dev/v1\nkind: AuthorizationPolicy\nmetadata: {name: ${name}, namespace: shop}\nspec: {targetRefs: [${target}], rules: [{}]}\n---`;
    const { snapshot } = compiled(
      service("orders") +
        service("other") +
        attach("mesh", "{kind: Mesh}") +
        attach("own", "{kind: Service, name: orders}"),
    );
    const held = (key: string): string[] =>
      heldBy(snapshot, snapshot.services[key]).authorizations.map((one) => one?.policy ?? "");
    expect(held("shop/orders")).toEqual(["shop/mesh", "shop/own"]);
    expect(held("shop/other")).toEqual(["shop/mesh"]);
  });
});
