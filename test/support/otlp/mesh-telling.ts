// A mesh with one service that tells a collector elsewhere what it sees, for tests of what the collector then has.
import { once } from "node:events";
import type { ChildProcess } from "node:child_process";
import { expect } from "vitest";
import { startMesh, type TestMesh } from "../mesh.ts";

/** The clock pushes metrics each minute. */
export const A_PUSH = { timeout: 100_000, interval: 1000 };

/** A mesh of its own with these variables, and the service `one` at this address. */
export async function meshTelling(vars: Readonly<Record<string, string>>, backend: string): Promise<TestMesh> {
  const mesh = await startMesh({
    args: ["--no-demo", ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}=${value}`])],
  });
  const one =
    "apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: one}\n" +
    `spec: {exposure: public, endpoints: [{url: "${backend}", version: v1}]}\n`;
  expect((await mesh.cli(["apply", "-f", "-", "--wait"], one)).code).toBe(0);
  return mesh;
}

/** Each is answered, whatever becomes of what is told about it. */
export async function requests(mesh: TestMesh, count: number, path = "well"): Promise<void> {
  const answers = await Promise.all(Array.from({ length: count }, () => fetch(`${mesh.url}/svc/one/${path}`)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
}

export async function stopped(child: ChildProcess | undefined): Promise<void> {
  if (child?.exitCode === null) {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  }
}
