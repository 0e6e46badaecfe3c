// What a namespace writes changes nothing about requests for hosts that others have named, whatever it writes:
// Gateways, wildcards, more exact paths. Where another's Gateway lets its routes in, that Gateway's owner has let them.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import { covers } from "../../../src/decide/route/host.ts";
import { match, type RouteRequest } from "../../../src/decide/route/match.ts";
import type { Document } from "../../../src/model/document/document.ts";
import { sized } from "../../support/long.ts";
import { meshArb, requestArb } from "../../support/naive/random-mesh.ts";

const INTRUDER = "n2";
const RUNS = sized(400, 1500);
const options = { revision: 1, localMesh: true };

/**
 * Routes of others are not attached to the intruder's Gateways, nor its routes to theirs. What names no host takes an
 * operator of the whole mesh to write.
 */
function apart(document: Document): Document {
  const isTheirs = document.metadata.namespace === INTRUDER;
  if (document.kind === "Gateway" && isTheirs) {
    const listeners = document.spec.listeners.map((one) => ({ hostname: "any.example", ...one }));
    return { ...document, spec: { ...document.spec, listeners } };
  }
  if (document.kind !== "HTTPRoute") {
    return document;
  }
  const parentRefs = document.spec.parentRefs.filter(
    ({ kind, namespace }) =>
      kind === "Gateway" && (namespace === "selvage-system" || (namespace === INTRUDER) === isTheirs),
  );
  const hostnames = isTheirs && document.spec.hostnames.length === 0 ? ["any.example"] : document.spec.hostnames;
  return { ...document, spec: { ...document.spec, parentRefs, hostnames } };
}

it("leaves every request for another's host as it was", () => {
  let held = 0;
  fc.assert(
    fc.property(meshArb, fc.array(requestArb, { minLength: 60, maxLength: 60 }), (mesh, requests) => {
      const all = mesh.documents.map(apart);
      const others = all.filter(({ metadata }) => metadata.namespace !== INTRUDER);
      const before = compile(others, { ...options, now: "2026-01-01T00:00:00Z" });
      // The intruder's documents may be as old as they like: what was others' before it named it stays theirs.
      const after = compile(all, {
        ...options,
        now: "2026-01-02T00:00:00Z",
        previous: before.statuses,
        createdAt: new Map(
          all.map(({ kind, metadata }) => {
            const isTheirs = metadata.namespace === INTRUDER;
            return [
              `${kind}/${metadata.namespace}/${metadata.name}`,
              isTheirs ? "2020-01-01T00:00:00Z" : "2026-01-01T00:00:00Z",
            ];
          }),
        ),
      });
      const named = [...before.statuses.values()].flatMap((status) =>
        "hostnames" in status && status.hostnames !== undefined ? Object.keys(status.hostnames) : [],
      );
      for (const asked of requests) {
        const request: RouteRequest = { ...asked, service: null, entry: { ...asked.entry, gateway: null, port: null } };
        if (!named.some((hostname) => covers(hostname, request.host))) {
          continue;
        }
        held++;
        const then = match(before.snapshot.router, request).rule;
        const now = match(after.snapshot.router, request).rule;
        const place = (rule: typeof then): string => (rule === null ? "none" : `${rule.route}#${rule.name}`);
        if (place(now) !== place(then)) {
          expect(place(now), JSON.stringify([request.host, named])).toBe(place(then));
        }
      }
    }),
    { numRuns: RUNS },
  );
  expect(held).toBeGreaterThan(3 * RUNS);
}, 120_000);
