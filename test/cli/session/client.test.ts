// What the client sends, and what it makes of answers.
import { afterEach, describe, expect, it } from "vitest";
import { createClient } from "../../../src/cli/session/client.ts";
import { exitCodes } from "../../../src/cli/session/exit-code.ts";
import { problem, scriptedApi, type Scripted, type ScriptedApi } from "../../support/scripted-api.ts";

let api: ScriptedApi | undefined;
afterEach(async () => api?.close());

const clientFor = async (answer: Scripted, timeoutMs = 5_000): Promise<ReturnType<typeof createClient>> => {
  api = await scriptedApi(() => answer);
  return createClient({ server: `${api.url}/`, token: "secret", timeoutMs });
};

describe("client", () => {
  it("sends token, query, body and If-Match, and leaves out what is not given", async () => {
    const client = await clientFor({ body: { revision: 3 }, headers: { etag: '"3"' } });
    const answer = await client.call("POST", "/apply", {
      query: { set: "shop", dryRun: undefined, prune: true },
      text: { type: "application/yaml", content: "kind: A\n" },
      ifMatch: '"2"',
    });
    expect(answer).toEqual({ ok: true, status: 200, value: { revision: 3 }, etag: '"3"' });
    expect(api?.seen[0]).toMatchObject({
      method: "POST",
      url: "/_selvage/v1/apply?set=shop&prune=true",
      body: "kind: A\n",
    });
    expect(api?.seen[0]?.headers).toMatchObject({
      authorization: "Bearer secret",
      "content-type": "application/yaml",
      "if-match": '"2"',
    });
  });

  it("sends an object as JSON", async () => {
    const client = await clientFor({ status: 201, body: { id: "1" } });
    expect(await client.call("POST", "/tokens", { body: { name: "ci" } })).toMatchObject({ ok: true, status: 201 });
    expect(api?.seen[0]?.headers["content-type"]).toBe("application/json");
    expect(api?.seen[0]?.body).toBe('{"name":"ci"}');
  });

  it.each([
    [400, exitCodes.validation],
    [400, exitCodes.usage, "SLV1008"],
    [401, exitCodes.auth],
    [403, exitCodes.auth],
    [404, exitCodes.notFound],
    [409, exitCodes.conflict],
    [412, exitCodes.conflict],
    [413, exitCodes.validation],
    [422, exitCodes.validation],
    [428, exitCodes.conflict],
    [429, exitCodes.unavailable],
    [500, exitCodes.unavailable],
    [503, exitCodes.unavailable],
  ])(
    "takes a problem with status %i for exit code %i, with the mesh's own words",
    async (status, exitCode, code = "SLV1003") => {
      const client = await clientFor(problem(status, code, "It is not valid."));
      const answer = await client.call("GET", "/x");
      expect(answer).toMatchObject({ ok: false, failure: { exitCode, status, message: "It is not valid." } });
    },
  );

  it("says when nobody listens there", async () => {
    const client = await clientFor({});
    await api?.close();
    const answer = await client.call("GET", "/x");
    expect(answer).toMatchObject({ ok: false, failure: { exitCode: exitCodes.unavailable, status: null } });
    expect(answer.ok ? "" : answer.failure.message).toMatch(/127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/);
    expect(answer.ok ? "" : answer.failure.hint).toContain("selvage up");
  });

  it("says when something else answers than a mesh", async () => {
    const client = await clientFor({ text: "<html>hello</html>" });
    const answer = await client.call("GET", "/x");
    expect(answer).toMatchObject({ ok: false, failure: { exitCode: exitCodes.unavailable } });
    expect(answer.ok ? "" : answer.failure.message).toContain("not in the admin API's words");
  });

  it("takes an accepted status for an answer", async () => {
    const client = await clientFor({ status: 503, body: { ready: false } });
    expect(await client.raw("GET", "/_selvage/readyz", [503])).toMatchObject({
      ok: true,
      status: 503,
      value: { ready: false },
    });
  });
});
