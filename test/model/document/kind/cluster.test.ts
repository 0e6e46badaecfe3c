import { describe, expect, it } from "vitest";
import { ours, told } from "../../../support/documents/expect-refusal.ts";

describe("a Cluster", () => {
  it("refuses places that do not exist, and private keys", () => {
    expect(
      told(
        ours(
          "Cluster",
          `  locality: {colos: [ams], continents: [Europe]}
  trust: {issuer: i, jwks: {keys: [{kty: EC, d: secret}, {kty: oct, k: x}]}}
`,
        ),
      ),
    ).toEqual([
      'SLV1104 /spec/locality/continents/0 5:41 | "Europe" is not one of AF, AN, AS, EU, NA, OC, SA | Use one of them.',
      'SLV1104 /spec/locality/colos/0 5:22 | "ams" is not a data centre | Write its three letters, such as AMS.',
      'SLV1104 /spec/trust/jwks/keys/0/d 6:49 | The key holds the private member "d" | Documents never hold a secret: publish only the public part, and replace this key, since it has been sent.',
      'SLV1104 /spec/trust/jwks/keys/1/kty 6:64 | "oct" is not one of RSA, EC, OKP | Use one of them.',
    ]);
  });

  it("wants the keys of its issuer from one place", () => {
    expect(told(ours("Cluster", "  trust: {issuer: i}"))).toEqual([
      "SLV1104 /spec/trust/jwksUri 5:3 | The issuer's keys come from exactly one place | Give jwksUri, or the keys themselves under jwks.",
    ]);
  });
});
