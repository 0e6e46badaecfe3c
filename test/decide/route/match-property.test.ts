// The compiled index against the specification read literally, over random meshes: they must always agree.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { compile, type Compiled } from "../../../src/compile/compile.ts";
import { match, type RouteRequest } from "../../../src/decide/route/match.ts";
import { sized } from "../../support/long.ts";
import { naiveMatch } from "../../support/naive/naive-match.ts";
import type { NaiveMatch, NaiveMesh } from "../../support/naive/naive-precedence.ts";
import { meshArb, requestArb } from "../../support/naive/random-mesh.ts";

const MESHES = sized(250, 1000);
const REQUESTS = 100;

/** The winner in the documents' terms. */
function compiledMatch({ snapshot }: Compiled, mesh: NaiveMesh, request: RouteRequest): NaiveMatch | null | "direct" {
  const found = match(snapshot.router, request);
  if (found.match === null) {
    return found.direct ? "direct" : null;
  }
  const { route, name } = found.rule;
  const document = mesh.documents.find(
    ({ kind, metadata }) => kind === "HTTPRoute" && `${metadata.namespace}/${metadata.name}` === route,
  );
  const rule = Number(name);
  const matches = document?.kind === "HTTPRoute" ? (document.spec.rules[rule]?.matches ?? []) : [];
  const index = matches.findIndex(
    ({ path, method, headers, queryParams }) =>
      path.type === found.match.path.type &&
      (path.type === "PathPrefix" ? path.value.replace(/(?<=.)\/$/, "") : path.value) === found.match.path.value &&
      (method ?? null) === found.match.method &&
      same(
        headers.map(({ type, name: called, value }) => [called.toLowerCase(), type, value]),
        found.match.headers,
      ) &&
      same(
        queryParams.map(({ type, name: called, value }) => [called, type, value]),
        found.match.query,
      ),
  );
  return { route, rule, match: index };
}

function same(
  written: readonly (readonly string[])[],
  compiled: readonly { readonly name: string; readonly type: string; readonly value: string }[],
): boolean {
  return JSON.stringify(written) === JSON.stringify(compiled.map(({ name, type, value }) => [name, type, value]));
}

const options = { revision: 1, now: "2026-11-23T12:00:00Z", localMesh: true };

it("routes as the specification says, over a hundred requests each to random meshes", () => {
  let pairs = 0;
  let hits = 0;
  fc.assert(
    fc.property(meshArb, fc.array(requestArb, { minLength: REQUESTS, maxLength: REQUESTS }), (mesh, requests) => {
      const compiled = compile(mesh.documents, { ...options, createdAt: mesh.createdAt });
      for (const request of requests) {
        const expected = naiveMatch(mesh, request);
        const found = compiledMatch(compiled, mesh, request);
        // An assertion costs more than the matching itself: made only where there is something to say.
        if (JSON.stringify(found) !== JSON.stringify(expected)) {
          expect(found, String(request)).toEqual(expected);
        }
        pairs++;
        if (expected !== null && expected !== "direct") {
          hits++;
        }
      }
    }),
    { numRuns: MESHES },
  );
  expect(pairs).toBeGreaterThanOrEqual(MESHES * REQUESTS);
  // A property over requests that never match anything would prove little.
  expect(hits / pairs).toBeGreaterThan(0.1);
}, 120_000);
