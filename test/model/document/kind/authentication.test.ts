import { describe, expect, it } from "vitest";
import { ours, told } from "../../../support/documents/expect-refusal.ts";

describe("an AuthenticationPolicy", () => {
  it("must accept some proof", () => {
    expect(told(ours("AuthenticationPolicy", "  targetRefs: []"))).toEqual([
      "SLV1104 /spec 4:1 | The policy accepts no proof of identity | Add at least one of jwt, clientCredentials, mesh and mtls.",
    ]);
  });

  it("keeps shared secrets and public keys apart", () => {
    expect(
      told(
        ours(
          "AuthenticationPolicy",
          `  targetRefs: []
  jwt: {providers: [{name: a, issuer: i, jwksUri: 'https://a.com', algorithms: [HS256]}, {name: b, issuer: i}, {name: c, issuer: i, secretRef: {name: S}}]}
`,
        ),
      ),
    ).toEqual([
      "SLV1104 /spec/jwt/providers/0/algorithms/0 6:81 | HS256 with public keys would let anyone who reads them sign tokens | Use an RS, PS, ES or EdDSA algorithm, or secretRef.",
      "SLV1104 /spec/jwt/providers/1/jwksUri 6:90 | The provider's keys come from exactly one place | Give one of jwksUri, jwks or secretRef.",
      "SLV1104 /spec/jwt/providers/2/algorithms/0 6:112 | RS256 needs a public key, not a shared secret | Use HS256, HS384 or HS512.",
    ]);
  });

  it("refuses the algorithm none and endless tolerance", () => {
    expect(
      told(
        ours(
          "AuthenticationPolicy",
          `  targetRefs: []
  jwt: {providers: [{name: a, issuer: i, jwksUri: 'https://a.com', algorithms: [none], clockSkew: 5m, from: [{}]}]}
`,
        ),
      ),
    ).toEqual([
      'SLV1104 /spec/jwt/providers/0/algorithms/0 6:81 | "none" is not one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, HS256, HS384, HS512 | Use one of them.',
      "SLV1104 /spec/jwt/providers/0/from/0 6:110 | A token comes from a header or from a cookie | Give exactly one of the two.",
      "SLV1104 /spec/jwt/providers/0/clockSkew 6:99 | The clock skew is more than 120s | A larger tolerance keeps expired tokens alive: lower it.",
    ]);
  });

  it("finds the fault in the alternative that was meant", () => {
    expect(
      told(
        ours(
          "AuthenticationPolicy",
          `  targetRefs: []
  clientCredentials: {from: [basci, {headers: {idd: x}}]}
`,
        ),
      ),
    ).toEqual([
      'SLV1104 /spec/clientCredentials/from/0 6:30 | "basci" is not "basic" | Did you mean basic?',
      'SLV1101 /spec/clientCredentials/from/1/headers/idd 6:48 | There is no field "idd" in spec.clientCredentials.from[1].headers | Did you mean id?',
    ]);
  });
});
