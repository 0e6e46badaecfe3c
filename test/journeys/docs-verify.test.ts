// The JavaScript of docs/verify.md: each block is run as it stands there, behind a mesh, with addresses of this machine
// in place of the page's. It answers what came through the mesh, and nothing else.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import { freePorts } from "../support/ports.ts";

const root = new URL("../..", import.meta.url).pathname;
const page = readFileSync(join(root, "docs", "verify.md"), "utf8");
const blocks = [...page.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, block = ""]) => block);
/** Below node_modules, where a block finds the libraries that it imports. */
const folder = mkdtempSync(join(root, "node_modules", ".selvage-docs-"));

/** Serves what a block exports, when it does not listen by itself. */
const SERVE = `
import { createServer as serve } from "node:http";
export const served = (app, port) => serve(async (request, response) => {
  const answer = await app.fetch(new Request("http://" + request.headers.host + request.url, { headers: request.headers }));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(await answer.text());
}).listen(port);
`;

let mesh: TestMesh;
const running: ChildProcess[] = [];

beforeAll(async () => {
  mesh = await startMesh();
  writeFileSync(join(folder, "serve.mjs"), SERVE);
});
afterAll(async () => {
  for (const child of running) {
    child.kill();
  }
  await mesh.stop();
  rmSync(folder, { recursive: true });
});

/** A block as a program of its own that listens at the port. */
function programOf(block: string, port: number): string {
  const text = block
    .replaceAll(/"selvage\/verify\/(\w+)"/g, (_, name: string) =>
      JSON.stringify(join(root, "src", "verify", `${name}.ts`)),
    )
    .replaceAll("https://mesh.example.com", mesh.url)
    .replace("listen(8080)", `listen(${port})`)
    .replace("export default", "const app =");
  const serves = text.includes(".listen(");
  const given = `const jwksUrl = "${mesh.url}/_selvage/.well-known/jwks.json";\n`;
  return (
    (serves ? "" : `import { served } from "./serve.mjs";\n${given}`) + text + (serves ? "" : `served(app, ${port});\n`)
  );
}

describe("docs/verify.md", () => {
  it("has three programs", () => {
    expect(blocks.map((block) => /selvage\/verify\/(\w+)/.exec(block)?.[1])).toEqual(["express", "hono", "fetch"]);
  });

  it.each(blocks.map((block, index) => [index, block] as const))(
    "block %i lets the mesh in alone",
    async (index, block) => {
      const port = await freePorts(1);
      const file = join(folder, `block-${index}.mjs`);
      writeFileSync(file, programOf(block, port));
      const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "pipe"] });
      running.push(child);
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
      const url = `http://127.0.0.1:${port}`;
      const direct = await answering(url, () => said);
      expect([direct.status, said]).toEqual([401, ""]);
      const applied = await mesh.cli(
        ["apply", "--wait", "-f", "-"],
        `{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: orders, namespace: shop}, spec: {exposure: public, endpoints: [{url: "${url}"}]}}`,
      );
      expect(applied.code, applied.stderr).toBe(0);
      const through = await fetch(`${mesh.url}/svc/orders.shop/`);
      expect([through.status, await through.text()]).toEqual([200, "hello anonymous"]);
    },
  );
});

/** The first answer, once it listens. */
async function answering(url: string, said: () => string): Promise<Response> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(url).catch(() => null);
    if (answer !== null) {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nothing listens at ${url}: ${said()}`);
}
