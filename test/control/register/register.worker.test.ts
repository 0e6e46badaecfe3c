// The register itself: what the compiler refuses to let through it.
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Operation } from "../../../src/control/register/operation.ts";
import { noBody } from "../../../src/control/register/json-body.ts";

type AnyCall = Operation<z.ZodObject, z.ZodObject, null, z.ZodType>;

describe("a call", () => {
  it("does not compile without a role, or with one that does not exist", () => {
    const rest = {
      id: "x",
      method: "get",
      path: "/x",
      scope: "each",
      writes: false,
      tag: "x",
      summary: "x",
      params: z.object({}),
      query: z.object({}),
      body: noBody,
      answer: z.object({}),
      refusals: [],
      handle: () => ({ body: {} }),
    } as const;
    // @ts-expect-error -- there is no call without a role
    const without: AnyCall = rest;
    // @ts-expect-error -- "public" is for pages, not for calls
    const open: AnyCall = { ...rest, role: "public" };
    const guarded: AnyCall = { ...rest, role: "viewer" };
    expect([without.role, open.role, guarded.role]).toEqual([undefined, "public", "viewer"]);
  });
});
