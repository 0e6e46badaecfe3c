// apply and diff against a scripted API: what is sent, what is printed where, exit codes.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandBench, result, route } from "../../support/command-bench.ts";
import { problem } from "../../support/scripted-api.ts";

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.close());

describe("apply", () => {
  it("sends all files as one YAML body and says what became of each document, and how to undo it", async () => {
    await bench.against({ "POST /apply": { body: result({}) } });
    const files = [bench.file("a.yaml", "kind: A\n"), bench.file("b.json", '{"kind": "B"}')];
    const options = ["--set", "shop", "--prune", "--if-match", "7", "--reason", "why not", "--manager", "ci"];
    const { code, stdout, stderr } = await bench.run("apply", ...files.flatMap((path) => ["-f", path]), ...options);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(
      [
        "service/orders created in shop",
        "httproute/orders configured in shop",
        "gateway/web unchanged in shop",
        "revision 8",
        "Undo: selvage rollback --to 7",
      ].join("\n"),
    );
    expect(bench.seen[0]).toMatchObject({ body: 'kind: A\n---\n{"kind": "B"}\n' });
    expect(bench.seen[0]?.url).toBe("/_selvage/v1/apply?set=shop&prune=true&manager=ci&reason=why+not");
    expect(bench.seen[0]?.headers).toMatchObject({ "if-match": '"7"', "content-type": "application/yaml" });
  });

  it("says that nothing was written in a dry run, and when there was nothing to change", async () => {
    await bench.against({ "POST /apply": { body: result({ dryRun: true, revision: 7 }) } });
    const path = bench.file("a.yaml", "kind: A\n");
    const dry = await bench.run("apply", "-f", path, "--dry-run");
    expect(dry.stdout).toContain("service/orders created in shop (dry run)");
    expect(dry.stdout).toContain("2 changes, nothing written; the mesh is at revision 7");
    expect(bench.seen[0]?.url).toContain("dryRun=true");
    const summary = { create: 0, update: 0, unchanged: 1, prune: 0 };
    await bench.against({ "POST /apply": { body: result({ summary, items: [], revision: 7 }) } });
    expect((await bench.run("apply", "-f", path)).stdout).toBe("revision 7 (nothing to change)");
  });

  it("shows what kept requests would become before it writes, on the revision that was looked at", async () => {
    const example = { requestId: "r1", method: "GET", host: "shop.example", path: "/orders" };
    const before = { status: null, policy: null, code: null, destination: "shop/orders" };
    const after = { status: 403, policy: "AuthorizationPolicy/shop/a", code: "SLV2150", destination: null };
    const item = { kind: "denied", caller: "anonymous", route: "r", requests: 3, uncertain: 1 };
    const items = [{ ...item, example: { ...example, before, after } }];
    const replay = { body: { revision: 7, replayed: 20, skipped: 0, since: null, items } };
    await bench.against({ "POST /apply": { body: result({}) }, "POST /replay": replay });
    const path = bench.file("a.yaml", "kind: A\n");
    const { code, stdout, stderr } = await bench.run("apply", "-f", path, "--replay");
    expect([code, stdout.split("\n")[0]]).toEqual([0, "service/orders created in shop"]);
    expect(stderr).toMatch(
      /denied +3 \(1 uncertain\) +anonymous +r +GET shop.example\/orders +to shop\/orders +403 SLV2150/,
    );
    expect(stderr).toContain("20 kept requests against revision 7: 1 difference");
    expect(bench.seen.map(({ url }) => url.split("?")[0])).toEqual(["/_selvage/v1/replay", "/_selvage/v1/apply"]);
    expect(bench.seen[1]?.headers["if-match"]).toBe('"7"');
  });

  it("writes nothing where a person says no to what it would do, and asks nobody where it would do nothing", async () => {
    const replay = (items: readonly object[]) => ({
      body: { revision: 7, replayed: 2, skipped: 0, since: null, items },
    });
    const side = { status: 200, policy: null, code: null, destination: null };
    const example = { requestId: "r1", method: "GET", host: "a", path: "/", before: side, after: side };
    const items = [{ kind: "denied", caller: "anonymous", route: null, requests: 1, uncertain: 0, example }];
    const path = bench.file("a.yaml", "kind: A\n");
    await bench.against({ "POST /apply": { body: result({}) }, "POST /replay": replay(items) });
    bench.confirms = false;
    const refused = await bench.run("apply", "-f", path, "--replay");
    expect([refused.code, refused.stdout]).toEqual([1, ""]);
    expect(refused.stderr).toContain("Nothing was written.");
    expect(bench.seen).toHaveLength(1);
    await bench.against({ "POST /apply": { body: result({}) }, "POST /replay": replay([]) });
    expect((await bench.run("apply", "-f", path, "--replay")).code).toBe(0);
  });

  it("shows the fault in the file that holds it, with exit code 6", async () => {
    const errors = [
      {
        pointer: "#/1/spec/weigth",
        detail: 'There is no field "weigth".',
        hint: 'Did you mean "weight"?',
        line: 5,
        column: 3,
      },
    ];
    await bench.against({ "POST /apply": problem(422, "SLV1003", "One document is not valid.", { errors }) });
    const a = bench.file("a.yaml", "kind: A\n");
    const b = bench.file("b.yaml", "kind: B\nspec:\n  weigth: 3\n");
    const { code, stdout, stderr } = await bench.run("apply", "-f", a, "-f", b);
    expect([code, stdout]).toEqual([6, ""]);
    expect(stderr).toBe(
      [
        'Error [SLV1003]: There is no field "weigth".',
        `  ${b}:3:3`,
        "    3 |   weigth: 3",
        '      |   ^ Did you mean "weight"?',
        "1 error: A title.",
      ].join("\n"),
    );
  });

  it("maps a stale --if-match to exit code 5 and a missing token to 3, each with a hint", async () => {
    const path = bench.file("a.yaml", "kind: A\n");
    await bench.against({ "POST /apply": problem(412, "SLV3001", "The mesh is at 9.") });
    const stale = await bench.run("apply", "-f", path, "--if-match", "7");
    expect(stale.code).toBe(5);
    expect(stale.stderr).toContain("Error [SLV3001]: A title. The mesh is at 9.");
    expect(stale.stderr).toContain("hint: read what is there now");
    await bench.against({ "POST /apply": problem(401, "SLV2001", "No token.") });
    const missing = await bench.run("apply", "-f", path);
    expect(missing.code).toBe(3);
    expect(missing.stderr).toContain("--token");
  });

  it("prints the API's own answer as JSON, and names for scripts", async () => {
    await bench.against({ "POST /apply": { body: result({}) } });
    const path = bench.file("a.yaml", "kind: A\n");
    expect(JSON.parse((await bench.run("apply", "-f", path, "-o", "json")).stdout)).toEqual(result({}));
    expect((await bench.run("apply", "-f", path, "-o", "name")).stdout.split("\n")[1]).toBe("httproute/orders");
  });
});

describe("diff", () => {
  it("with a set names what a prune would remove, though none was asked for; the exit code does not change", async () => {
    const gone = { ref: "Service/shop/old", action: "prune", patch: [] };
    const answers = [result({ items: [] }), result({ items: [gone] })];
    await bench.against({
      "POST /diff": {
        get body() {
          return answers.shift();
        },
      },
    });
    const path = bench.file("a.yaml", "kind: A\n");
    const { code, stdout } = await bench.run("diff", "-f", path, "--set", "shop");
    expect([code, stdout.split("\n")[0]]).toEqual([
      0,
      "? service/old in shop   (not in the files; apply --prune removes it)",
    ]);
    expect(bench.seen.map(({ url }) => url).slice(-2)).toEqual([
      "/_selvage/v1/diff?set=shop&manager=cli",
      "/_selvage/v1/diff?set=shop&prune=true&pruneMax=1000000&manager=cli",
    ]);
  });

  it("shows each field before and after, with exit code 1", async () => {
    await bench.against({
      "POST /diff": { body: result({ dryRun: true }) },
      "GET /namespaces/shop/HTTPRoute/orders": { body: route },
    });
    const { code, stdout } = await bench.run("diff", "-f", bench.file("a.yaml", "kind: A\n"));
    expect(code).toBe(1);
    expect(stdout).toBe(
      [
        "+ service/orders in shop",
        "~ httproute/orders in shop",
        "    spec.rules[0].backendRefs[1].weight: 10 → 100",
        "1 create, 1 update, 1 unchanged, 0 prune · plan pl_1 · revision 8",
      ].join("\n"),
    );
  });

  it("answers 0 when nothing would change, and 6 when the documents are not valid", async () => {
    const items = [{ ref: "Gateway/shop/web", action: "unchanged", from: "3", patch: [] }];
    await bench.against({ "POST /diff": { body: result({ items }) } });
    const path = bench.file("a.yaml", "kind: A\n");
    expect((await bench.run("diff", "-f", path)).code).toBe(0);
    await bench.against({ "POST /diff": problem(422, "SLV1003", "Not valid.") });
    expect((await bench.run("diff", "-f", path)).code).toBe(6);
  });
});
