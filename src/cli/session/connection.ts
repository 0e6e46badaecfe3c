// Which mesh a command talks to, and as whom: options, the environment, the context in use, then what `selvage up` left
// in this folder.
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
  context: { readonly server: string; readonly token: string | null } | null = null,
): Connection {
  const named = options.server || environment.SELVAGE_URL;
  const server = withScheme(named || context?.server || DEFAULT_SERVER);
  // A context's token is for its own mesh: another server that was named gets none of it.
  const ofContext = context !== null && withScheme(context.server) === server ? context.token : null;
  const given = options.token || environment.SELVAGE_TOKEN || ofContext;
  if (given) {
    return { server, token: given };
  }
  if (!isLoopback(server)) {
    return { server, token: null };
  }
  const kept = readAdminToken(environment.SELVAGE_DATA || ".selvage");
  return { server, token: kept ?? (environment.SELVAGE_ADMIN_TOKEN || null) };
}

/** `localhost:8787` → `http://localhost:8787`; `mesh.example.com` → `https://mesh.example.com`. */
function withScheme(server: string): string {
  if (/^https?:\/\//i.test(server)) {
    return server;
  }
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
