import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCertificate } from "../../../src/decide/identity/certificate.ts";
import { readSpiffeId } from "../../../src/decide/identity/spiffe-id.ts";
import { certificates } from "../../support/certificates.ts";

const told = (certRFC9440: unknown, more: object = {}): object => ({
  certPresented: "1",
  certVerified: "SUCCESS",
  certRevoked: "0",
  certRFC9440,
  ...more,
});
const read = (facts: unknown): unknown => readCertificate(facts, "mesh.local");

describe("a certificate", () => {
  it("that the platform verified names the workload of its one SPIFFE ID", () => {
    const principal = "spiffe://mesh.local/ns/shop/sa/storefront";
    const party = { kind: "workload", party: { principal, namespace: "shop", name: "storefront" } };
    expect(read(told(certificates.storefront))).toEqual({ is: "good", party });
  });

  it.each(["two", "foreign", "nameless"] as const)("names nobody: %s", (which) => {
    expect(read(told(certificates[which]))).toEqual({ is: "good", party: null });
  });

  it.each([
    ["self-signed", { certVerified: "FAILED:self signed certificate" }],
    ["expired", { certVerified: "FAILED:certificate has expired" }],
    ["not said to be verified", { certVerified: undefined }],
    ["revoked", { certRevoked: "1" }],
  ])("is bad when it is %s", (_title, more) => {
    expect(read(told(certificates.storefront, more))).toEqual({ is: "bad" });
  });

  it.each([[null], [undefined], [{}], [{ certPresented: "0", certVerified: "NONE" }], ["1"], [[]]])(
    "is not there: %j",
    (facts) => {
      expect(read(facts)).toEqual({ is: "absent" });
    },
  );

  it("cut short or changed anywhere never throws, and never names another workload", () => {
    const der = atob(certificates.storefront.slice(1, -1));
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), fc.nat(der.length), (at, byte, length) => {
        const changed = (der.slice(0, at) + String.fromCharCode(byte) + der.slice(at + 1)).slice(0, length);
        expect(readCertificate(told(`:${btoa(changed)}:`), "mesh.local").is).toBe("good");
      }),
    );
    for (const odd of ["", ":", "::", ":AA", ":!:", ":MIIB:", 1, null]) {
      expect(read(told(odd))).toEqual({ is: "good", party: null });
    }
  });
});

describe("a SPIFFE ID", () => {
  it.each([
    "spiffe://mesh.local/ns/shop/sa/",
    "spiffe://mesh.local/ns/shop/sa/a/b",
    "spiffe://mesh.local/ns//sa/a",
    "spiffe://mesh.local/ns/shop/sa/A",
    "spiffe://mesh.local/ns/shop/sa/a?x",
    "spiffe://mesh.local/ns/shop/sa/%61",
    "spiffe://mesh.local:443/ns/shop/sa/a",
    "spiffe://mesh.local.evil/ns/shop/sa/a",
    "spiffe://evil/mesh.local/ns/shop/sa/a",
    "SPIFFE://mesh.local/ns/shop/sa/a",
    "spiffe://mesh.local/ns/shop/sa/a\n",
    " spiffe://mesh.local/ns/shop/sa/a",
  ])("%j is none of the mesh's", (id) => {
    expect(readSpiffeId(id, "mesh.local")).toBeNull();
  });

  it("of an application is one", () => {
    expect(readSpiffeId("spiffe://mesh.local/ns/shop/app/web", "mesh.local")).toMatchObject({ kind: "application" });
  });
});
