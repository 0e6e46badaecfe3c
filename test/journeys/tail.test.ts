// `selvage tail` on a mesh of two isolates that keeps none of these requests: whatever fits is shown while it lasts.
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

let mesh: TestMesh;
let backend: Backend;
beforeAll(async () => {
  const args = ["--var", "TRACE_PERCENT=0"];
  [mesh, backend] = await Promise.all([startMesh({ edges: 2, args }), startBackend("one")]);
});
afterAll(async () => {
  await mesh.stop();
  await backend.close();
});

it("shows requests of every isolate that fit and are not kept, and no others, and no query", async () => {
  const service = `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: one}
spec: {exposure: public, endpoints: [{url: "${backend.url}"}]}
`;
  expect((await mesh.cli(["apply", "-f", "-", "--wait"], service)).code).toBe(0);
  const { child, ended } = mesh.spawn(["tail", "--path", "/svc/one/seen", "-o", "json"]);
  let text = "";
  child.stdout?.on("data", (piece: Buffer) => (text += piece.toString()));
  const seen = (edge: number): boolean => text.includes(`/svc/one/seen/${edge}`);
  await expect
    .poll(
      async () => {
        await Promise.all(
          mesh.urls.flatMap((url, edge) => [
            fetch(`${url}/svc/one/seen/${edge}?token=a-secret`),
            fetch(`${url}/svc/one/other`),
          ]),
        );
        return seen(0) && seen(1);
      },
      { interval: 200, timeout: 60_000 },
    )
    .toBe(true);
  child.kill("SIGINT");
  const { code } = await ended;
  const shown = text
    .trim()
    .split("\n")
    .map((line): { path: string; status: number; keptFor: string } => JSON.parse(line));
  expect(
    shown.every(({ path, status, keptFor }) => path.includes("/seen/") && status === 200 && keptFor === "watched"),
  ).toBe(true);
  expect(text).not.toContain("secret");
  expect(code).toBe(0);
  expect((await mesh.cli(["get", "requests", "-o", "json"])).stdout).not.toContain("/seen/");
});
