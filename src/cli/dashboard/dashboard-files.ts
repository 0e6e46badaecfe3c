// The assets binding of a local mesh: the dashboard's files from dist/. In a checkout they are made when somebody first
// asks for them, and again when their sources changed; a mesh whose dashboard nobody opens builds nothing.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Response, type Request } from "miniflare";
import { STAMP, stampOf } from "./dashboard-stamp.ts";

const PATH = /^\/(?:assets\/[\w.-]+|[a-z]+\.html)$/;

/** @param root the package's folder */
export function dashboardFiles(root: string, log: (line: string) => void): (request: Request) => Promise<Response> {
  const folder = join(root, "dist", "dashboard");
  const program = join(root, "src", "cli", "dashboard", "build-dashboard.ts");
  let building: Promise<void> | null = null;

  const isCurrent = async (): Promise<boolean> =>
    (await readFile(join(folder, STAMP), "utf8").catch(() => null)) === stampOf(root);

  const make = async (): Promise<void> => {
    if (!(await isCurrent())) {
      const failure = await run(program, root);
      if (failure !== null) {
        log(`the dashboard could not be built: ${failure}`);
      }
    }
  };

  return async (request) => {
    const { pathname } = new URL(request.url);
    if (!PATH.test(pathname)) {
      return new Response(null, { status: 404 });
    }
    // Files follow their page, which has seen to it that they are there.
    if (pathname.endsWith(".html") && existsSync(program)) {
      building ??= make().finally(() => (building = null));
      await building;
    }
    const content = await readFile(join(folder, pathname)).catch(() => null);
    return content === null ? new Response(null, { status: 404 }) : new Response(content);
  };
}

/** In a process of its own: the mesh has no need of the bundler's memory. Answers what went wrong. */
function run(program: string, cwd: string): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program], { cwd }, (error, _, stderr) => {
      resolve(error === null ? null : stderr.trim().split("\n").slice(0, 5).join(" ") || error.message);
    });
  });
}
