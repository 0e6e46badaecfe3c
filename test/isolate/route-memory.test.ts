// What is remembered of matches against matching each request as a whole, over random meshes: they must always agree.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { firstOf } from "../../src/decide/route/candidates.ts";
import { match, type Matched, type RouteRequest, type Unmatched } from "../../src/decide/route/match.ts";
import { RouteMemory } from "../../src/isolate/route-memory.ts";
import type { Router } from "../../src/model/snapshot/snapshot.ts";
import { sized } from "../support/long.ts";
import { meshArb, requestArb } from "../support/naive/random-mesh.ts";

const MESHES = sized(100, 1100);
const REQUESTS = 100;
const options = { revision: 1, now: "2026-11-23T12:00:00Z", localMesh: true };

const words = ({ match: found, rule }: Matched | Unmatched): string =>
  found === null ? "none" : JSON.stringify([found, rule]);

/** null = nothing is remembered of such requests. */
function remembered(memory: RouteMemory, router: Router, request: RouteRequest): Matched | Unmatched | null {
  const candidates = memory.candidatesOf(router, request);
  return candidates === null ? null : firstOf(router, candidates, request);
}

it("agrees with a match of the whole request, the first time and the next, in one mesh after the other", () => {
  const memory = new RouteMemory();
  let pairs = 0;
  let conditional = 0;
  fc.assert(
    fc.property(meshArb, fc.array(requestArb, { minLength: REQUESTS, maxLength: REQUESTS }), (mesh, requests) => {
      const { router } = compile(mesh.documents, { ...options, createdAt: mesh.createdAt }).snapshot;
      for (const drawn of [...requests, ...requests]) {
        const request = { ...drawn, service: null };
        const expected = match(router, request);
        const found = remembered(memory, router, request);
        if (found !== null) {
          expect(words(found)).toBe(words(expected));
          expect(found.match === null ? null : found.host).toBe(expected.match === null ? null : expected.host);
          pairs += 1;
          conditional += memory.candidatesOf(router, request)?.[0]?.isCertain === false ? 1 : 0;
        }
      }
    }),
    { numRuns: MESHES },
  );
  // Gateways that are named, and regular expressions, are never remembered.
  expect(pairs).toBeGreaterThan((MESHES * REQUESTS) / 10);
  // How many have conditions differs by the draw, from three quarters of the meshes on.
  expect(conditional).toBeGreaterThan(MESHES / 10);
});

it("is bounded, whatever paths and hosts strangers make up", () => {
  const memory = new RouteMemory();
  const { router } = compile([], options).snapshot;
  for (let nth = 0; nth < 5000; nth++) {
    const entry = { gateway: null, port: null, scheme: "https" } as const;
    memory.candidatesOf(router, { entry, method: "GET", host: `h${nth}.example`, path: `/${nth}` });
    expect(memory.candidatesOf(router, { entry, method: "GET", host: "a", path: `/${"x".repeat(600)}` })).toBeNull();
  }
  expect(memory.size).toBe(2000);
});
