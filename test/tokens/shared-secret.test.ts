// Which Worker secrets may be the key of a JWT provider.
import { expect, it } from "vitest";
import { sharedSecret } from "../../src/tokens/shared-secret.ts";

const long = "0123456789abcdef0123456789abcdef";

it.each([
  "SELVAGE_ADMIN_TOKEN",
  "ADAPTER_TOKEN",
  "MESH_ISSUER",
  "TRUST_DOMAIN",
  "OPERATOR_OIDC_CLIENT_SECRET",
  "OPERATOR_ROLES",
  "ACCESS_AUD",
])("%s is the mesh's own and nobody's key", (name) => {
  expect(sharedSecret({ [name]: long }, name)).toBeNull();
});

it("others are, when they are long enough and texts", () => {
  expect(sharedSecret({ STRIPE_KEY: long, ACCESS_KEY: long }, "STRIPE_KEY")).toEqual(new TextEncoder().encode(long));
  expect(sharedSecret({ ACCESS_KEY: long }, "ACCESS_KEY")).not.toBeNull();
  expect(sharedSecret({ SHORT: long.slice(1) }, "SHORT")).toBeNull();
  expect(sharedSecret({ DB: { prepare: long } }, "DB")).toBeNull();
  expect(sharedSecret({}, "constructor")).toBeNull();
});
