// What findings claim, held against the specification read literally: every example is answered as the finding says,
// and no request at all reaches a match that is said to be unreachable.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import type { RouteRequest } from "../../../src/decide/route/match.ts";
import type { Finding } from "../../../src/model/word/finding.ts";
import { request } from "../../support/compiled.ts";
import { naiveMatch } from "../../support/naive/naive-match.ts";
import { meshArb, requestArb } from "../../support/naive/random-mesh.ts";

/** The example as the mesh would take it from behind a proxy that it trusts. */
function sent({ method, url, headers = {} }: NonNullable<Finding["example"]>): RouteRequest {
  const { "selvage-entry": gateway = null, "x-forwarded-port": port = null, ...rest } = headers;
  const asked = request(method, url, rest);
  const addressed = /^\/svc\/([^/.]+)\.([^/]+)(\/.*)$/.exec(asked.path);
  return {
    ...asked,
    entry: { ...asked.entry, gateway, port: port === null ? null : Number(port) },
    ...(addressed === null ? {} : { service: `${addressed[2]}/${addressed[1]}`, path: addressed[3] ?? "/" }),
  };
}

it("shows with each finding a request that does what the finding says", () => {
  const counts: Record<string, number> = {};
  fc.assert(
    fc.property(meshArb, fc.array(requestArb, { minLength: 40, maxLength: 40 }), (mesh, requests) => {
      const { findings } = compile(mesh.documents, {
        revision: 1,
        now: "2026-11-23T12:00:00Z",
        localMesh: true,
        createdAt: mesh.createdAt,
      });
      const answers = requests.map((one) => naiveMatch(mesh, one));
      for (const finding of findings) {
        counts[finding.code] = (counts[finding.code] ?? 0) + 1;
        const [, namespace, name] = finding.ref.split("/");
        const [, rule, match] = /^\/spec\/rules\/(\d+)\/matches\/(\d+)$/.exec(finding.pointer) ?? [];
        const isOwn = (found: ReturnType<typeof naiveMatch>): boolean =>
          found !== null &&
          found !== "direct" &&
          found.route === `${namespace}/${name}` &&
          (rule === undefined || (found.rule === Number(rule) && found.match === Number(match)));
        if (finding.code === "SLV1305") {
          for (const [index, found] of answers.entries()) {
            expect(isOwn(found), `${finding.message}: ${String(requests[index])}`).toBe(false);
          }
        }
        // The port and caller that a service's example needs are not part of a URL.
        const { example } = finding;
        if (example === undefined || example.url.includes("/svc/")) {
          continue;
        }
        const found = naiveMatch(mesh, sent(example));
        expect(isOwn(found), JSON.stringify(finding)).toBe(false);
        const [, taker, owner] = /rule (\d+) of HTTPRoute (\S+?)(?: |$)/.exec(finding.message) ?? [];
        if (taker !== undefined) {
          expect(found, JSON.stringify(finding)).toMatchObject({ route: owner, rule: Number(taker) });
        }
      }
    }),
    { numRuns: 500 },
  );
  for (const code of ["SLV1303", "SLV1304", "SLV1305", "SLV1306"]) {
    expect(counts[code], code).toBeGreaterThan(0);
  }
}, 120_000);
