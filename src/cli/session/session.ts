// What every command starts from: the options that all of them share, turned into a client and a way to print.
import { createClient, type ApiClient } from "./client.ts";
import { connection } from "./connection.ts";
import type { Terminal } from "./terminal.ts";

export const outputs = ["table", "wide", "json", "yaml", "name"] as const;
type Output = (typeof outputs)[number];

/** As commander parsed them. */
export interface GlobalOptions {
  readonly server?: string;
  readonly token?: string;
  readonly namespace?: string;
  readonly output?: Output;
  /** Seconds. */
  readonly requestTimeout?: number;
}

export interface CliSession {
  readonly client: ApiClient;
  readonly terminal: Terminal;
  readonly output: Output;
  /** What `-n` or SELVAGE_NAMESPACE said; null = it was not said. */
  readonly namespace: string | null;
}

type Opened = { readonly ok: true; readonly session: CliSession } | { readonly ok: false; readonly message: string };

export function openCliSession(options: GlobalOptions, terminal: Terminal): Opened {
  const { server, token } = connection(options, process.env);
  if (!URL.canParse(server)) return { ok: false, message: `"${server}" is not the address of a server` };
  const client = createClient({ server, token, timeoutMs: (options.requestTimeout ?? 30) * 1000 });
  const namespace = options.namespace ?? process.env.SELVAGE_NAMESPACE;
  return {
    ok: true,
    session: { client, terminal, output: options.output ?? "table", namespace: namespace ? namespace : null },
  };
}
