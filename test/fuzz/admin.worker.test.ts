// The short half of the admin fuzz (`npx node test/fuzz/admin.ts` is the long one, over TCP): hostile calls made from
// the OpenAPI document are no errors of ours, tell nothing of our insides, and leave a registry that is whole.
import { beforeAll, expect, it } from "vitest";
import { ask, api, FIRST_LOAD_MS, ROOT_TOKEN, serviceYaml, applied, tokenFor } from "../support/worker/admin.ts";
import { emptyRegistry } from "../support/worker/registry.ts";
import { wrongWith } from "./admin-answers.ts";
import { hostileRequest, operationsOf, type OpenApi } from "./admin-requests.ts";
import { seeded } from "./random.ts";

const COUNT = 250;

let document: OpenApi;
let tokens: string[];

beforeAll(async () => {
  await emptyRegistry();
  await applied(serviceYaml("orders"));
  document = JSON.parse((await ask("GET", "/_selvage/openapi.json", { token: null })).text) as OpenApi;
  tokens = [ROOT_TOKEN, ROOT_TOKEN, await tokenFor("operator", ["shop"]), await tokenFor("viewer"), "unknown"];
}, FIRST_LOAD_MS);

it(
  "no call is an error of ours, and nothing is half done, whatever is sent",
  async () => {
    const seed = Math.floor(Math.random() * 0x1_0000_0000);
    const random = seeded(seed);
    // The token call is for clients, and refuses as OAuth does; it has tests of its own, and is in the long half.
    const operations = operationsOf(document).filter(
      ({ path, operationId }) => path.startsWith("/_selvage/v1/") && operationId !== "createAccessToken",
    );
    let revision = (await api("GET", "/revisions?limit=1")).body.revision;
    for (let i = 0; i < COUNT; i++) {
      const request = hostileRequest(operations, document, tokens, random);
      const { method, target, body } = request;
      // What only bytes can say is for the long half.
      const headers = Object.fromEntries(request.headers.filter(([, value]) => /^[\x20-\x7e]*$/.test(value)));
      const type = headers["content-type"] ?? "";
      const token = headers.authorization?.slice("Bearer ".length) ?? null;
      if (method === "HEAD" || (method === "GET" && body !== null)) {
        continue;
      }
      const sent = body === null ? {} : { body: Buffer.from(body, "latin1"), type };
      const answer = await ask(method, target, { token, headers, ...sent });
      const why = `seed ${seed}: ${JSON.stringify(request).slice(0, 1000)}: ${answer.text.slice(0, 300)}`;
      expect(wrongWith({ ...answer, type: answer.headers.get("content-type"), body: answer.text }), why).toBeNull();
      const now = (await api("GET", "/revisions?limit=1")).body.revision;
      if (answer.status >= 400) {
        expect(now, why).toBe(revision);
      }
      revision = now;
    }
    expect((await api("GET", "/audit/verify")).body).toMatchObject({ ok: true });
  },
  FIRST_LOAD_MS,
);
