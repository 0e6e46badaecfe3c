// The first five minutes of README.md: a mesh, a service, a call; then a mistake, found before it does harm.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
let hello: Backend;
beforeAll(async () => {
  [mesh, hello] = await Promise.all([startMesh(), startBackend("hello")]);
});
afterAll(async () => {
  await mesh.stop();
  await hello.close();
});

const service = (): string => `apiVersion: selvage.dev/v1
kind: Service
metadata: { name: hello }
spec:
  exposure: public
  endpoints: [{ url: "${hello.url}" }]
`;

describe("the first service", () => {
  it("is applied from standard input and answers under /svc/<name>/ at once", async () => {
    const applied = await mesh.cli(["apply", "-f", "-"], service());
    expect(applied).toEqual({ code: 0, stdout: "service/hello created\nrevision 1\n", stderr: "" });
    const details = ["selvage-revision", "x-request-id"];
    const response = await fetch(`${mesh.url}/svc/hello/a/b?c=d`);
    expect([response.status, await response.text()]).toEqual([200, "hello"]);
    expect(hello.requests).toEqual(["/a/b?c=d"]);
    expect(details.map((name) => response.headers.get(name))).toEqual([null, null]);
    const asked = await fetch(`${mesh.url}/svc/hello/`, { headers: { "selvage-debug": "1" } });
    expect(details.map((name) => asked.headers.get(name))).toEqual(["1", expect.stringMatching(/\S/)]);
  });

  it("changes nothing when it is applied again", async () => {
    const again = await mesh.cli(["apply", "-f", "-"], service());
    expect(again).toEqual({ code: 0, stdout: "service/hello unchanged\nrevision 1 (nothing to change)\n", stderr: "" });
    expect((await mesh.cli(["diff", "-f", "-"], service())).code).toBe(0);
  });

  it("is shown by get, status and check", async () => {
    const got = await mesh.cli(["get", "services"]);
    expect(got.stdout).toMatch(/^NAME +EXPOSURE +VERSIONS +ENDPOINTS +AGE\nhello +public +- +1 +\d+s\n$/);
    const status = await mesh.cli(["status"]);
    expect(status.code).toBe(0);
    expect(status.stdout).toContain("revision 1 · 1 service · 1 endpoint");
    const check = await mesh.cli(["check"]);
    expect(check.code).toBe(0);
    expect(check.stdout).not.toContain("×");
  });

  it("cannot be broken by a misspelt document: the place is shown and nothing is written", async () => {
    const wrong = service().replace("exposure", "exposre");
    const refused = await mesh.cli(["apply", "-f", "-"], wrong);
    expect([refused.code, refused.stdout]).toEqual([6, ""]);
    expect(refused.stderr).toContain("  -:5:3\n    5 |   exposre: public\n      |   ^ Did you mean exposure?");
    expect((await mesh.cli(["history", "-o", "name"])).stdout).toBe("1\n");
    expect((await fetch(`${mesh.url}/svc/hello/`)).status).toBe(200);
  });

  it("is refused to a stranger without a token, and so is the admin API", async () => {
    const refused = await mesh.cli(["get", "services", "--token", "wrong"]);
    expect([refused.code, refused.stdout]).toEqual([3, ""]);
    expect(refused.stderr).toContain("Error [SLV2001]");
  });

  it("is deleted, answers 404, and comes back with a rollback", async () => {
    const deleted = await mesh.cli(["delete", "service", "hello"]);
    expect(deleted.stdout).toBe("service/hello deleted\nrevision 2\nUndo: selvage rollback --to 1\n");
    expect((await mesh.cli(["get", "service", "hello"])).code).toBe(4);
    await expect.poll(async () => (await fetch(`${mesh.url}/svc/hello/`)).status).toBe(404);
    const back = await mesh.cli(["rollback", "--to", "1", "--wait"]);
    expect([back.code, back.stdout.split("\n")[1]]).toEqual([0, "revision 3"]);
    expect((await fetch(`${mesh.url}/svc/hello/`)).status).toBe(200);
  });
});
