// Which mesh a command talks to, and as whom: options, then the environment, then what `selvage up` left in this folder.
import { readAdminToken } from "./admin-token.ts";

interface Connection {
  readonly server: string;
  readonly token: string | null;
}

export const DEFAULT_SERVER = "http://127.0.0.1:8787";

/** The local token is only ever sent to this machine: a server elsewhere must be given one on purpose. */
export function connection(
  options: { readonly server?: string | undefined; readonly token?: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): Connection {
  const server = withScheme(options.server || environment.SELVAGE_URL || DEFAULT_SERVER);
  const given = options.token || environment.SELVAGE_TOKEN;
  if (given) return { server, token: given };
  if (!isLoopback(server)) return { server, token: null };
  const kept = readAdminToken(environment.SELVAGE_DATA || ".selvage");
  return { server, token: kept ?? (environment.SELVAGE_ADMIN_TOKEN || null) };
}

/** `localhost:8787` → `http://localhost:8787`; `mesh.example.com` → `https://mesh.example.com`. */
function withScheme(server: string): string {
  if (/^https?:\/\//i.test(server)) return server;
  return `${isLoopback(`http://${server}`) ? "http" : "https"}://${server}`;
}

/** Whether the address is this machine's own. */
export function isLoopback(server: string): boolean {
  const { hostname } = URL.canParse(server) ? new URL(server) : { hostname: "" };
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}
