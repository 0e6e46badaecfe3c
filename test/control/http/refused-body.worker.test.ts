// Bodies that apply cannot take: what each is told, and where it points. Nothing of them is written.
import { beforeAll, describe, expect, it } from "vitest";
import { api, ask, FIRST_LOAD_MS, serviceYaml } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

beforeAll(async () => {
  await emptyRegistry();
  await ask("GET", "/_selvage/healthz");
}, FIRST_LOAD_MS);

const head = async (): Promise<number> => (await api("GET", "/resources")).body.revision;

describe("a body that apply cannot take", () => {
  const refused = async (body: unknown, type?: string) => {
    const answered = await api("POST", "/apply", { body, ...(type === undefined ? {} : { type }) });
    expect(await head()).toBe(0);
    return answered;
  };

  it("names an unknown field, its line and column, and what was probably meant", async () => {
    const { status, body } = await refused(
      "apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: a}\nspec:\n  exposur: public\n",
    );
    expect(status).toBe(422);
    expect(body).toMatchObject({
      code: "SLV1003",
      errors: [
        {
          pointer: "#/0/spec/exposur",
          code: "SLV1101",
          detail: 'There is no field "exposur" in spec',
          hint: "Did you mean exposure?",
          line: 5,
          column: 3,
        },
      ],
    });
  });

  it("names an unknown kind", async () => {
    const { status, body } = await refused("apiVersion: selvage.dev/v1\nkind: Servce\nmetadata: {name: a}\n");
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([
      {
        pointer: "#/0/kind",
        code: "SLV1102",
        detail: 'There is no kind "Servce"',
        hint: "Did you mean Service?",
        line: 2,
      },
    ]);
  });

  it("names a value that is not among the allowed ones", async () => {
    const { status, body } = await refused(serviceYaml("a", "shop", "exposure: pubic"));
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([
      {
        pointer: "#/0/spec/exposure",
        code: "SLV1104",
        detail: '"pubic" is not one of mesh, public',
        hint: "Did you mean public?",
        line: 5,
      },
    ]);
  });

  it("names a document that is there twice", async () => {
    const { status, body } = await refused(serviceYaml("a") + serviceYaml("b") + serviceYaml("a"));
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([
      {
        pointer: "#/2/metadata/name",
        code: "SLV1106",
        detail: "Service/shop/a is in the body twice, first as document 0",
      },
    ]);
  });

  it("refuses a GRPCRoute with the reason", async () => {
    const { status, body } = await refused(
      "apiVersion: gateway.networking.k8s.io/v1\nkind: GRPCRoute\nmetadata: {name: a}\nspec: {}\n",
    );
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ pointer: "#/0/kind", code: "SLV1107" }]);
    expect(body.errors[0]!.detail).toMatch(/^GRPCRoute cannot be served/);
  });

  it("writes none of the documents when one is not valid", async () => {
    const { status } = await refused(serviceYaml("good") + serviceYaml("bad", "shop", "exposure: 7"));
    expect(status).toBe(422);
  });

  it.each([
    ["YAML that does not close", "a: [", undefined],
    ["JSON that does not close", '{"kind": ', "application/json"],
    ["JSON in another encoding", new Uint8Array([0x22, 0xff, 0xfe, 0x22]), "application/json"],
  ])("refuses %s as malformed", async (_, body, type) => {
    const answered = await refused(body, type);
    expect(answered.status).toBe(400);
    expect(answered.body.code).toBe("SLV1000");
  });

  it("refuses a YAML alias bomb", async () => {
    const levels = ["a: &a [x,x,x,x,x,x,x,x,x]"];
    for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg", "gh", "hi"]) {
      levels.push(`${to}: &${to} [${Array.from({ length: 9 }, () => `*${from}`).join(",")}]`);
    }
    const { status, body } = await refused(levels.join("\n"));
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "SLV1000", errors: [{ code: expect.stringMatching(/^SLV1(109|110)$/) }] });
  });

  it.each(["text/plain", "application/xml", "multipart/form-data", "application/jsonx"])("refuses %s", async (type) => {
    const { status, body } = await refused("{}", type);
    expect(status).toBe(415);
    expect(body).toMatchObject({ code: "SLV1001" });
    expect(body.detail).toContain(type);
  });

  it("refuses a compressed body", async () => {
    const { status, body } = await api("POST", "/apply", { body: "a: 1", headers: { "content-encoding": "gzip" } });
    expect(status).toBe(415);
    expect(body.detail).toBe('The body is encoded with "gzip"; send it plain.');
  });

  it("refuses more than 1 MiB as it arrives, whatever length was declared, and stops reading", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x23));
      },
    });
    const { status, body } = await refused(endless);
    expect(status).toBe(413);
    expect(body).toMatchObject({ code: "SLV1002", detail: "A body may have at most 1048576 bytes (1 MiB)." });
    expect(sent).toBeLessThan(2 * 1_048_576);
  });

  it("takes exactly 1 MiB", async () => {
    const yaml = serviceYaml("a");
    const { status } = await api("POST", "/apply?dryRun=true", {
      body: `${yaml}#${" ".repeat(1_048_576 - yaml.length - 1)}`,
    });
    expect(status).toBe(200);
  });

  it.each([
    ["?dryrun=true", "#/query/dryrun", 'There is no query parameter "dryrun".', 'Did you mean "dryRun"?'],
    ["?dryRun=maybe", "#/query/dryRun", expect.stringContaining("true"), undefined],
    ["?dryRun=true&dryRun=false", "#/query/dryRun", 'The query parameter "dryRun" is given twice.', "Give it once."],
    ["?set=Not%20a%20name", "#/query/set", expect.stringContaining("A set is a name"), undefined],
  ])("refuses the query %s", async (query, pointer, detail, hint) => {
    const { status, body } = await api("POST", `/apply${query}`, { body: serviceYaml("a") });
    expect(status).toBe(400);
    expect(body.code).toBe("SLV1008");
    expect(body.errors).toMatchObject([{ pointer, detail, ...(hint === undefined ? {} : { hint }) }]);
    expect(await head()).toBe(0);
  });
});
