import { describe, expect, it } from "vitest";
import { ours, specOf, told } from "../../../support/documents/expect-refusal.ts";

const spec = (lists: string): string => ours("IPAccessPolicy", `  targetRefs: [{kind: Mesh}]\n  ${lists}\n`);

describe("an IPAccessPolicy", () => {
  it("must do something", () => {
    const nothing = "SLV1104 /spec 4:1 | The policy does nothing | Add allow, deny or both.";
    expect(told(spec("allow: []"))).toEqual([nothing]);
  });

  it("takes addresses and blocks of both families", () => {
    const lists = 'allow: [192.0.2.7, 10.0.0.0/8], deny: ["2001:db8::1", "2001:db8::/32", "::ffff:10.0.0.0/104"]';
    expect(specOf(spec(lists.replace(", deny", "\n  deny")))).toMatchObject({ allow: ["192.0.2.7", "10.0.0.0/8"] });
  });

  it("refuses what is none, and says which block the first octets of an address are elsewhere", () => {
    const refused = (text: string): string | undefined =>
      told(spec(`deny: ["${text}"]`))[0]
        ?.split(" | ")
        .at(-1);
    expect(refused("192.168")).toBe("Write 192.168.0.0/16 for all addresses that begin so.");
    expect(refused("10.")).toBe("Write 10.0.0.0/8 for all addresses that begin so.");
    expect(refused("192.168.7.*")).toBe("Write 192.168.7.0/24 for all addresses that begin so.");
    for (const text of ["", "10.0.0.0/33", "127.1/8", "010.0.0.1", "fe80::1%eth0", "localhost", "10.0.0.1-10.0.0.9"]) {
      expect([text, refused(text)]).toEqual([text, expect.stringMatching(/^Write /)]);
    }
  });

  it("has room for 256 blocks in each list", () => {
    const many = (count: number): string =>
      spec(`deny: [${Array.from({ length: count }, (_, n) => `10.0.${n % 256}.${n >> 8}`).join(", ")}]`);
    expect(specOf(many(256))).toBeDefined();
    expect(told(many(257))).toHaveLength(1);
  });
});
