import { describe, expect, it } from "vitest";
import * as refs from "../../../src/model/word/refs.ts";

describe("a key", () => {
  it("is taken apart into what it was made of", () => {
    const endpoint = { namespace: "shop", service: "orders", id: "pod-1" };
    expect(refs.partsOfRef(refs.refOf("HTTPRoute", "shop", "orders"))).toEqual({
      kind: "HTTPRoute",
      namespace: "shop",
      name: "orders",
    });
    expect(refs.partsOfKey(refs.serviceKey("shop", "orders"))).toEqual({ namespace: "shop", name: "orders" });
    expect(refs.partsOfEndpointKey(refs.endpointKey(endpoint))).toEqual(endpoint);
  });

  it("that is none has no name, and what stands behind a second slash is not cut off", () => {
    expect(refs.partsOfKey("shop")).toEqual({ namespace: "shop", name: "" });
    expect(refs.partsOfKey("shop/a/b")).toEqual({ namespace: "shop", name: "a/b" });
  });
});

describe("a name in a document", () => {
  it("is one of its own namespace, or says another one", () => {
    expect(refs.scopedName("orders", "shop")).toEqual({ namespace: "shop", name: "orders" });
    expect(refs.scopedName("web/orders", "shop")).toEqual({ namespace: "web", name: "orders" });
  });

  it("is reached below /svc", () => {
    expect(refs.servicePath({ namespace: "shop", name: "orders" })).toBe("/svc/orders.shop");
  });
});
