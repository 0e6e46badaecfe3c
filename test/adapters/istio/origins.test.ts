// Origins of CORS policies: what patterns become, and that none of them ever allows more than it did.
import { expect, it } from "vitest";
import { corsSchema } from "../../../src/model/document/gateway-api/cors.ts";
import { originsOf } from "../../../src/adapters/istio/http/origins.ts";
import { Field } from "../../../src/adapters/source/source-field.ts";

function said(entry: object): { origins: readonly string[]; notes: string[] } {
  const field = new Field(entry, "VirtualService/shop/web");
  const origins = originsOf(field);
  field.tellRest({});
  return { origins, notes: field.notes.map(({ severity, pointer }) => `${severity} ${pointer}`) };
}

it.each<[object, readonly string[]]>([
  [{ exact: "https://a.example" }, ["https://a.example"]],
  [{ regex: ".*" }, ["*"]],
  [{ regex: "^.+$" }, ["*"]],
  [{ regex: "https://.*" }, ["https://*"]],
  [{ regex: String.raw`https://.*\.d` }, ["https://*.d"]],
  [{ regex: String.raw`^https?:\/\/.*\.shop\.example$` }, ["https://*.shop.example", "http://*.shop.example"]],
  [{ regex: String.raw`https://.+\.shop\.example:8443` }, ["https://*.shop.example:8443"]],
  [{ regex: String.raw`https://(.*\.)?shop\.example` }, ["https://*.shop.example", "https://shop.example"]],
  [{ regex: String.raw`(http|https)://shop\.example` }, ["https://shop.example", "http://shop.example"]],
  [{ prefix: "" }, ["*"]],
  [{ prefix: "https://" }, ["https://*"]],
])("%j is said whole", (entry, origins) => {
  expect(said(entry)).toEqual({ origins, notes: [] });
  expect(corsSchema.safeParse({ allowOrigins: origins }).success).toBe(true);
});

it.each<[string, readonly string[]]>([
  ["https://.*.shop.example", ["https://*.shop.example"]],
  [String.raw`https://.*shop\.example`, ["https://*.shop.example", "https://shop.example"]],
])("%j is said with less than it matches, and told", (regex, origins) => {
  expect(said({ regex })).toEqual({ origins, notes: ["changed /regex"] });
});

it.each([
  { prefix: "https://shop" },
  { regex: String.raw`https://shop-\d+\.example` },
  { regex: String.raw`https://(a|b)\.example` },
  { regex: "https://" },
  { regex: String.raw`https://\.example` },
  { regex: String.raw`https://[a-z]+\.shop\.example` },
  { regex: "ftp://.*" },
  { regex: String.raw`.*\.example` },
  { regex: 7 },
])("%j cannot be said: nothing is allowed for it", (entry) => {
  const { origins, notes } = said(entry);
  expect(origins).toEqual([]);
  expect(notes).toHaveLength(1);
});

it("never allows an origin that the pattern did not", () => {
  const hosts = ["shop.example", "a.shop.example", "ashop.example", "a.b.shop.example", "shopxexample", "evil.test"];
  const heads = [".*", String.raw`.*\.`, String.raw`(.*\.)?`, ""];
  const tails = [String.raw`shop\.example`, "shop.example", "example"];
  let tried = 0;
  for (const head of heads) {
    for (const tail of tails) {
      const regex = `https://${head}${tail}`;
      for (const origin of said({ regex }).origins) {
        const own = origin.slice("https://".length);
        const allowed = hosts.filter((host) => (own.startsWith("*") ? host.endsWith(own.slice(1)) : host === own));
        for (const host of allowed) {
          tried += 1;
          expect(`https://${host}`, regex).toMatch(new RegExp(`^(?:${regex})$`));
        }
      }
    }
  }
  expect(tried).toBeGreaterThan(20);
});
