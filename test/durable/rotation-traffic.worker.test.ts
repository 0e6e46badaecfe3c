// Keys change while traffic goes on: the real ring, four isolates with keys of their own age, callers that hold tokens
// as long as they last, and a service that checks assertions. Nothing that is valid may be refused; what is revoked
// must be, in time.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { KeyRing } from "../../durable/key-ring.ts";
import { HeldKeys, type KeyPorts } from "../../src/isolate/mesh-keys.ts";
import { LEAD_MS } from "../../src/decide/keys/key-rotation.ts";
import type { Identities } from "../../src/model/snapshot/access.ts";
import type { MeshKeys } from "../../src/model/message/mesh-keys.ts";
import { mint } from "../../src/tokens/mint.ts";
import { verifyRequest } from "../../src/verify/verify-request.ts";
import { serviceYaml, testMesh } from "../support/worker/test-mesh.ts";

const START = Date.parse("2100-01-01T00:00:00Z");
const ISSUER = "spiffe://mesh.local";

let now = START;
let count = 0;
let ring: DurableObjectStub<KeyRing>;
beforeEach(() => {
  now = START;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  ring = env.KEYRING.getByName(`traffic-${count++}`);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** An isolate with a memory of its own, in front of one service that checks what it gets. */
function isolate(jwksUrl: string) {
  const held = new HeldKeys();
  const waiting: Promise<unknown>[] = [];
  const ports: KeyPorts = {
    now: () => now,
    wait: () => new Promise<void>((resolve) => void setTimeout(resolve, 1)),
    material: (tag) => ring.material(tag),
  };
  const keys = (): Promise<MeshKeys | null> | MeshKeys | null =>
    held.current(ports, { waitUntil: (work) => void waiting.push(work) }, now);
  const mesh = testMesh(serviceYaml("orders"), {
    ports: { keys, now: () => now },
    service: async ({ headers, method, url }) => {
      const verified = await verifyRequest(
        { method, url, headers },
        { jwksUrl, audience: "shop/orders", now: () => now, fetch: publish },
      );
      return new Response(verified.ok ? verified.caller.subject : verified.reason, { status: verified.ok ? 200 : 401 });
    },
  });
  const identities: Identities = {
    clients: {
      slvc_a: { kind: "Service", namespace: "shop", name: "orders", secrets: [{ digest: "d", expiresAtMs: null }] },
    },
    contracts: {},
    tiered: {},
    trust: [],
  };
  Object.defineProperty(mesh.snapshot, "identities", { value: identities });
  return {
    async token(): Promise<string> {
      const iat = Math.floor(now / 1000);
      const claims = {
        iss: ISSUER,
        aud: ISSUER,
        sub: `${ISSUER}/ns/shop/sa/orders`,
        client_id: "slvc_a",
        jti: String(now),
      };
      const { signing } = (await keys()) ?? { signing: null };
      await Promise.all(waiting.splice(0));
      if (signing === null) {
        throw new Error("no keys");
      }
      return mint(signing, "at+jwt", { ...claims, iat, nbf: iat, exp: iat + 600 });
    },
    async send(token: string): Promise<number> {
      const answer = await mesh.send("https://any/svc/orders.shop/x", { headers: { "selvage-identity": token } });
      await answer.body?.cancel();
      await Promise.all(waiting.splice(0));
      return answer.status;
    },
  };
}

/** What the mesh publishes: as old as the isolate's keys that it is asked of may be. */
async function publish(): Promise<Response> {
  const material = await ring.material(null);
  if ("unchanged" in material) {
    throw new Error("unchanged");
  }
  return Response.json({
    keys: material.accepted.map(({ kid, jwk }) => Object.assign({}, jwk, { kid, alg: "ES256", use: "sig" })),
  });
}

it("no valid request is refused while keys rotate four times under traffic", async () => {
  const url = `https://mesh/${count}/jwks.json`;
  const isolates = Array.from({ length: 4 }, () => isolate(url));
  const tokens: { text: string; until: number }[] = [];
  const kids = new Set<string>();
  const tally = new Map<number, number>();
  let nth = 0;
  // Two hours, a request of each isolate every twenty seconds; one of them sleeps for minutes at a time.
  for (; now < START + 7_200_000; now += 20_000, nth++) {
    if (nth % 100 === 50) {
      await ring.rotate();
    }
    const [maker = isolates[0]!] = isolates.slice(nth % 4);
    if (nth % 3 === 0) {
      tokens.push({ text: await maker.token(), until: now + 600_000 });
    }
    while ((tokens[0]?.until ?? Infinity) <= now) {
      tokens.shift();
    }
    for (const [which, one] of isolates.entries()) {
      if (which === 3 && nth % 20 !== 0) {
        continue;
      }
      // The oldest token that is still good, and one in the middle.
      for (const token of [tokens[0], tokens[nth % tokens.length]]) {
        const status = await one.send(token?.text ?? "");
        tally.set(status, (tally.get(status) ?? 0) + 1);
      }
    }
    for (const { kid, state } of (await ring.view()).keys) {
      if (state === "signing") {
        kids.add(kid);
      }
    }
  }
  const requests = [...tally.values()].reduce((sum, one) => sum + one, 0);
  console.log(`${requests} requests over ${kids.size} signing keys: ${JSON.stringify([...tally])} by status`);
  expect(kids.size).toBe(5);
  expect(requests).toBeGreaterThan(2000);
  expect([...tally.keys()]).toEqual([200]);
}, 120_000);

it("a revoked key is refused within 60 s by every isolate, and by one that slept", async () => {
  const url = `https://mesh/${count}/jwks.json`;
  const [busy, asleep] = [isolate(url), isolate(url)];
  const token = await busy.token();
  expect([await busy.send(token), await asleep.send(token)]).toEqual([200, 200]);
  const signing = (await ring.view()).keys.find(({ state }) => state === "signing");
  await ring.revoke(signing?.kid ?? "");
  let refusedAfter = Infinity;
  for (let after = 1000; after <= 60_000; after += 1000) {
    now = START + after;
    if ((await busy.send(token)) === 401) {
      refusedAfter = Math.min(refusedAfter, after);
    } else {
      refusedAfter = Infinity;
    }
  }
  console.log(`the busy isolate refused the key after ${refusedAfter} ms`);
  expect(refusedAfter).toBeLessThanOrEqual(60_000);
  expect(await asleep.send(token)).toBe(401);
  // And what is signed now is good everywhere.
  expect(await asleep.send(await busy.token())).toBe(200);
}, 60_000);

it("a new key is published for ten minutes before it signs", async () => {
  const before = await ring.rotate();
  const next = before.keys.find(({ state }) => state === "next");
  now = START + LEAD_MS - 1;
  expect((await ring.view()).keys.find(({ kid }) => kid === next?.kid)?.state).toBe("next");
  now = START + LEAD_MS;
  expect((await ring.view()).keys.find(({ kid }) => kid === next?.kid)?.state).toBe("signing");
});
