// Runs command lines in this process against a scripted API, and gives documents and answers to script it with.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../src/cli/run-command.ts";
import { recordingTerminal } from "./recording-terminal.ts";
import { problem, scriptedApi, type Scripted, type ScriptedApi, type Seen } from "./scripted-api.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class CommandBench {
  readonly folder = mkdtempSync(join(tmpdir(), "selvage-run-"));
  /** What is answered to questions. */
  confirms = true;
  #api: ScriptedApi | undefined;

  /** Requests so far. */
  get seen(): readonly Seen[] {
    return this.#api?.seen ?? [];
  }

  /** Scripts the API by method and path: `{"POST /apply": {…}}`; anything else is a 404. */
  async against(answers: Readonly<Record<string, Scripted>>): Promise<void> {
    await this.script(({ method }, path) => answers[`${method} ${path}`] ?? problem(404, "SLV1006", `no ${path}`));
  }

  async script(answer: (seen: Seen, path: string) => Scripted): Promise<void> {
    await this.#api?.close();
    this.#api = await scriptedApi(answer);
  }

  async run(...args: string[]): Promise<Ran> {
    const terminal = { ...recordingTerminal(), confirm: () => Promise.resolve(this.confirms) };
    const server = this.#api ? ["--server", this.#api.url, "--token", "t"] : [];
    const code = await runCommand([...args, ...server], terminal);
    return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true });
    await this.#api?.close();
  }
}

/** An ApplyResult. */
export const result = (more: object): object => ({
  revision: 8,
  planId: "pl_1",
  dryRun: false,
  summary: { create: 1, update: 1, unchanged: 1, prune: 0 },
  items: [
    { ref: "Service/shop/orders", action: "create", from: null, patch: [] },
    {
      ref: "HTTPRoute/shop/orders",
      action: "update",
      from: "7",
      patch: [{ op: "replace", path: "/spec/rules/0/backendRefs/1/weight", value: 100 }],
    },
    { ref: "Gateway/shop/web", action: "unchanged", from: "3", patch: [] },
  ],
  warnings: [],
  ...more,
});
/** A stored HTTPRoute. */
export const route = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: {
    name: "orders",
    namespace: "shop",
    labels: {},
    annotations: {},
    uid: "u",
    resourceVersion: "7",
    generation: 2,
    createdAt: "2026-11-23T00:00:00Z",
    updatedAt: "2026-11-23T00:00:00Z",
    updatedBy: "mia",
    manager: "cli",
    applySet: null,
  },
  spec: { rules: [{ backendRefs: [{ name: "a" }, { name: "b", weight: 10 }] }] },
  status: null,
};
