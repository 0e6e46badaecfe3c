// app and contract against a scripted API: what is asked for, what goes to which stream, and with which exit code.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CommandBench } from "../../support/command-bench.ts";

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.close());

const secret = { id: "0123456789ab", createdAt: "2026-11-23T10:00:00Z", createdBy: "mia", expiresAt: null };
const held = {
  kind: "Application",
  namespace: "web",
  name: "mobile",
  clientId: "slvc_1",
  secrets: [secret],
  revision: 8,
};
const minted = { ...held, clientSecret: "slvs_0123456789ab_ff" };
const CREDENTIALS = "/applications/web/mobile/credentials";
const problem = (status: number, code: string, detail: string) => ({
  status,
  body: { type: "about:blank", title: "No", status, detail, code, requestId: "r" },
});
const contract = {
  namespace: "web",
  name: "mobile-orders",
  application: "web/mobile",
  service: "shop/orders",
  tier: "shop/gold",
  state: "pending",
  inForce: false,
  message: "The contract is pending",
  since: "2026-11-23T10:00:00Z",
  by: "selvage",
  reason: null,
};

describe("app", () => {
  it("create writes the Application only if there is none, and prints the secret on stdout alone", async () => {
    await bench.against({
      "PUT /namespaces/web/application/mobile": { status: 201, body: {} },
      [`POST ${CREDENTIALS}`]: { status: 201, body: minted },
    });
    const { code, stdout, stderr } = await bench.run("app", "create", "mobile", "-n", "web", "--owner", "mia");
    expect([code, stdout]).toEqual([0, "client id      slvc_1\nclient secret  slvs_0123456789ab_ff"]);
    expect(stderr).toBe("in force with revision 8; the secret is not shown again");
    expect(bench.seen[0]?.headers["if-none-match"]).toBe("*");
    expect(JSON.parse(bench.seen[0]?.body ?? "")).toMatchObject({ kind: "Application", spec: { owner: "mia" } });
  });

  it("create finishes what was half done, and refuses what is done", async () => {
    const there = problem(412, "SLV3001", "Application/web/mobile exists already");
    await bench.against({
      "PUT /namespaces/web/application/mobile": there,
      [`GET ${CREDENTIALS}`]: { body: { ...held, clientId: null, secrets: [] } },
      [`POST ${CREDENTIALS}`]: { status: 201, body: minted },
    });
    expect((await bench.run("app", "create", "mobile", "-n", "web", "-o", "name")).stdout).toBe("slvc_1");
    await bench.close();
    bench = new CommandBench();
    await bench.against({ "PUT /namespaces/web/application/mobile": there, [`GET ${CREDENTIALS}`]: { body: held } });
    const { code, stdout, stderr } = await bench.run("app", "create", "mobile", "-n", "web");
    expect([code, stdout]).toEqual([5, ""]);
    expect(stderr).toContain("hint: selvage app rotate mobile -n web makes a new secret");
  });

  it("rotate says when the former secret ends", async () => {
    const leaving = { ...secret, id: "ffffffffffff", expiresAt: "2026-11-24T10:00:00Z" };
    await bench.against({
      [`POST ${CREDENTIALS}/rotate`]: { status: 201, body: { ...minted, secrets: [leaving, secret] } },
    });
    const { code, stderr } = await bench.run(
      "app",
      "rotate",
      "mobile",
      "-n",
      "web",
      "--overlap",
      "2h",
      "--reason",
      "x",
    );
    expect([code, stderr.split("\n")[1]]).toEqual([0, "secret ffffffffffff ends at 2026-11-24T10:00:00Z"]);
    expect(JSON.parse(bench.seen[0]?.body ?? "")).toEqual({ overlap: "2h", reason: "x" });
  });

  it("credentials never shows more than ids; --add makes one more", async () => {
    await bench.against({
      [`GET ${CREDENTIALS}`]: { body: held },
      [`POST ${CREDENTIALS}`]: { status: 201, body: minted },
    });
    const { stdout } = await bench.run("app", "credentials", "mobile", "-n", "web");
    expect(stdout).toMatch(/^client id {2}slvc_1\nSECRET +ENDS +CREATED BY +AGE\n0123456789ab +never +mia /);
    expect((await bench.run("app", "credentials", "mobile", "-n", "web", "--add")).stdout).toContain("slvs_");
  });

  it.each([[[]], [["0123456789ab", "--all"]]])("revoke with %j is a usage error, and asks nothing", async (args) => {
    await bench.against({});
    expect((await bench.run("app", "revoke", "mobile", ...args)).code).toBe(2);
    expect(bench.seen).toEqual([]);
  });

  it("revoke withdraws one, or all", async () => {
    await bench.against({
      [`DELETE ${CREDENTIALS}/0123456789ab`]: { body: held },
      [`DELETE ${CREDENTIALS}`]: { body: { ...held, secrets: [] } },
    });
    expect((await bench.run("app", "revoke", "mobile", "0123456789ab", "-n", "web")).code).toBe(0);
    expect((await bench.run("app", "revoke", "mobile", "--all", "-n", "web")).stdout).toBe("client id  slvc_1");
  });
});

describe("contract", () => {
  it("request writes a Contract where the application lives, and says who answers", async () => {
    await bench.against({
      "POST /apply": { body: { revision: 9, warnings: [], items: [], summary: {} } },
      "GET /contracts": { body: { items: [contract] } },
    });
    const { code, stdout, stderr } = await bench.run(
      "contract",
      "request",
      "web/mobile",
      "orders",
      "gold",
      "-n",
      "shop",
    );
    expect([code, stdout]).toEqual([0, "contract/web/mobile-orders pending (revision 9)"]);
    expect(stderr).toContain("an operator of shop answers it: selvage contract approve web/mobile-orders");
    expect(JSON.parse(bench.seen[0]?.body ?? "")).toMatchObject({
      kind: "Contract",
      metadata: { name: "mobile-orders", namespace: "web" },
      spec: { application: "mobile", service: "shop/orders", tier: "gold" },
    });
  });

  it.each(["approve", "reject", "revoke", "restore"])("%s asks for that, with the reason", async (action) => {
    await bench.against({
      [`POST /contracts/web/mobile-orders/${action}`]: {
        body: { ...contract, state: "x", inForce: true, revision: 10 },
      },
    });
    const { code, stdout } = await bench.run("contract", action, "mobile-orders", "-n", "web", "--reason", "unpaid");
    expect([code, stdout]).toEqual([0, "contract/web/mobile-orders x (revision 10)"]);
    expect(JSON.parse(bench.seen[0]?.body ?? "")).toEqual({ reason: "unpaid" });
  });

  it("that cannot be decided so is a conflict", async () => {
    await bench.against({
      "POST /contracts/default/c/approve": problem(409, "SLV3006", "The Contract default/c is approved"),
    });
    expect(await bench.run("contract", "approve", "c")).toMatchObject({ code: 5, stdout: "" });
  });

  it("ls lists a namespace, or all, and one service's", async () => {
    await bench.against({ "GET /contracts": { body: { items: [contract] } } });
    const { stdout } = await bench.run("contract", "ls", "-n", "web", "-o", "wide");
    expect(stdout).toMatch(
      /web\/mobile-orders +web\/mobile +shop\/orders +gold +pending +no .*The contract is pending/,
    );
    await bench.run("contract", "ls", "-A", "--service", "shop/orders");
    expect(bench.seen.map(({ url }) => url)).toEqual([
      "/_selvage/v1/contracts?namespace=web",
      "/_selvage/v1/contracts?service=shop%2Forders",
    ]);
  });
});
