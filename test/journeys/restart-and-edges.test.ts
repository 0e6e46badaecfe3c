// What outlives a restart, how a revision reaches every edge, and what a killed mesh leaves behind: nothing.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Propagation } from "../../src/model/api/registry.ts";
import { startBackend, type Backend } from "../support/backend.ts";
import { isRunning } from "../support/is-running.ts";
import { command, startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
let backend: Backend;
beforeAll(async () => {
  [mesh, backend] = await Promise.all([startMesh({ edges: 3 }), startBackend("one")]);
});
afterAll(async () => {
  await mesh.stop();
  await backend.close();
});

const service = (name: string): string =>
  `apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {exposure: public, endpoints: [{url: "${backend.url}"}]}\n`;
const statuses = (path: string): Promise<number[]> =>
  Promise.all(
    mesh.urls.map(async (url) => {
      const response = await fetch(url + path);
      await response.arrayBuffer();
      return response.status;
    }),
  );

describe("three edges", () => {
  it("all run a new revision by themselves, and the receipts say so", async () => {
    await statuses("/svc/one/");
    expect((await mesh.cli(["apply", "-f", "-"], service("one"))).code).toBe(0);
    await expect.poll(() => statuses("/svc/one/")).toEqual([200, 200, 200]);
    // A receipt goes out behind a request.
    const receipts = async (): Promise<unknown> => {
      await statuses("/svc/one/");
      return mesh.client.call<Propagation>("GET", "/revisions/1/propagation");
    };
    const edges = ["edge-1", "edge-2", "edge-3"].map((edge) => expect.objectContaining({ edge }));
    await expect.poll(receipts).toMatchObject({
      ok: true,
      value: { complete: true, current: 3, behind: 0, head: 1, isolates: expect.arrayContaining(edges) },
    });
  });

  it("waits for all of them with --wait, whether or not they have traffic", async () => {
    const applied = await mesh.cli(["apply", "-f", "-", "--wait"], service("two"));
    expect([applied.code, applied.stdout]).toEqual([
      0,
      "service/two created\nrevision 2\nUndo: selvage rollback --to 1\n",
    ]);
    expect(applied.stderr).toContain("propagation: 3 of 3 isolates at revision 2");
    expect(await statuses("/svc/two/")).toEqual([200, 200, 200]);
  });
});

describe("a restart", () => {
  it("keeps documents, revisions and endpoints after SIGTERM, which ends with 0", async () => {
    const put = await mesh.client.call("PUT", "/namespaces/default/services/one/endpoints/extra", {
      body: { url: backend.url, ttl: "1h" },
    });
    expect(put).toMatchObject({ ok: true });
    const before = await mesh.cli(["get", "all", "-o", "json"]);
    process.kill(mesh.pid, "SIGTERM");
    await expect.poll(() => existsSync(join(mesh.data, "lock"))).toBe(false);
    await mesh.restart();
    expect(await mesh.cli(["get", "all", "-o", "json"])).toEqual(before);
    expect((await mesh.cli(["get", "endpoints", "one", "-o", "name"])).stdout).toContain("endpoint/extra");
    expect(await statuses("/svc/one/")).toEqual([200, 200, 200]);
  });

  it("works at once after SIGKILL: workerd dies with its parent", async () => {
    const pid = mesh.workerdPid();
    await mesh.kill9();
    await expect.poll(() => isRunning(pid)).toBe(false);
    await mesh.restart();
    expect(await statuses("/svc/two/")).toEqual([200, 200, 200]);
    expect((await mesh.cli(["history", "-o", "name"])).stdout).toBe("2\n1\n");
  });

  it("heals by itself when workerd is killed", async () => {
    process.kill(mesh.workerdPid(), "SIGKILL");
    const working = async (): Promise<boolean> => {
      const all = await statuses("/svc/two/").catch(() => []);
      return all.length === 3 && all.every((status) => status === 200);
    };
    await expect.poll(working).toBe(true);
  });
});

describe("a second mesh", () => {
  it("is refused on the same data, with the owner's name", async () => {
    const refused = await command(["up", "--port", "0", "--data", mesh.data], {});
    expect([refused.code, refused.stdout]).toEqual([5, ""]);
    expect(refused.stderr).toContain(`used by another mesh (process ${mesh.pid}`);
  });

  it("is refused on the same port", async () => {
    const port = new URL(mesh.url).port;
    const refused = await command(["up", "--port", port, "--data", `${mesh.data}-other`], {});
    expect([refused.code, refused.stdout]).toEqual([8, ""]);
    expect(refused.stderr).toContain(`port ${port} is in use on 127.0.0.1`);
  });
});
