// An app and the agent beside it, for journeys: the app in this process, the agent as a command.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { CommandResult, TestMesh } from "../mesh.ts";

export interface App {
  readonly server: Server;
  readonly port: number;
  isWell: boolean;
  readonly headers: IncomingHttpHeaders[];
}

/** `/healthz` says whether it is well; anything below `/slow` takes a while. */
export async function startApp(name: string): Promise<App> {
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    if (request.url === "/healthz") {
      response.writeHead(app.isWell ? 200 : 503).end();
      return;
    }
    headers.push(request.headers);
    request.resume().on("end", () => {
      setTimeout(() => response.end(name), request.url?.startsWith("/slow") ? 300 : 0);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const app = {
    server,
    port: typeof address === "object" && address !== null ? address.port : 0,
    isWell: true,
    headers,
  };
  return app;
}

export interface AgentProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
  readonly ready: string;
  said(): string;
}

/** @param line the arguments, with a space between two */
export async function startAgentProcess(mesh: TestMesh, line: string): Promise<AgentProcess> {
  const { child, ended } = mesh.spawn(["agent", "-n", "shop", ...line.split(" ")]);
  let said = "";
  child.stderr?.on("data", (text: string) => (said += text));
  const ready = await Promise.race([
    once(child.stdout!, "data").then(([text]) => String(text)),
    ended.then(({ stderr }) => Promise.reject(new Error(stderr))),
  ]);
  return { child, ended, ready, said: () => said };
}
