// Whose address counts, by who is believed.
import { describe, expect, it } from "vitest";
import { clientAddressOf } from "../../src/isolate/client-address.ts";

const plain = { localClientAddress: null, isLocalMesh: true, trustsEntry: false, trustedHops: 1 };
const asked = (forwardedFor: string | null, settings: Partial<typeof plain> = {}): string | null =>
  clientAddressOf(
    {
      headers: new Headers(forwardedFor === null ? {} : { "x-forwarded-for": forwardedFor }),
      cf: { clientIp: "10.0.0.9:4711" },
    },
    { ...plain, ...settings },
    { isSelfHosted: null },
  );

describe("the caller's address", () => {
  it("is the peer's, whatever a caller says", () => {
    expect(asked("203.0.113.7")).toBe("10.0.0.9");
    expect(asked("203.0.113.7", { trustedHops: 2 })).toBe("10.0.0.9");
  });

  it("is what a trusted proxy says, before what is known of the machine", () => {
    const trusts = { trustsEntry: true, localClientAddress: null };
    expect(asked("1.1.1.1, 203.0.113.7", trusts)).toBe("203.0.113.7");
    expect(asked("203.0.113.7, 10.1.1.1", { ...trusts, trustedHops: 2 })).toBe("203.0.113.7");
    expect(asked("unknown", trusts)).toBeNull();
  });

  it("is the peer's where the proxy says nothing: the request came past it", () => {
    expect(asked(null, { trustsEntry: true })).toBe("10.0.0.9");
    expect(asked("203.0.113.7", { trustsEntry: true, trustedHops: 2 })).toBe("10.0.0.9");
  });
});
