// What every command starts from: the options that all of them share, turned into a client and a way to print.
import { createClient, type ApiClient } from "./client.ts";
import { contextOf } from "./contexts.ts";
import { connection } from "./connection.ts";
import type { Terminal } from "./terminal.ts";

export const outputs = ["table", "wide", "json", "yaml", "name"] as const;
/** With a template behind it: `jsonpath={.spec.x}`, `custom-columns=NAME:.metadata.name`. */
const templated = ["jsonpath", "custom-columns"] as const;
export type Output = (typeof outputs)[number] | `${(typeof templated)[number]}=${string}`;

/** null = it is none. */
export function outputOf(text: string): Output | null {
  const plain = outputs.find((one) => one === text);
  if (plain !== undefined) {
    return plain;
  }
  const [, how, template] = /^(jsonpath|custom-columns)=(.+)$/s.exec(text) ?? [];
  return how === "jsonpath" || how === "custom-columns" ? `${how}=${template ?? ""}` : null;
}

/** As commander parsed them. */
export interface GlobalOptions {
  readonly server?: string;
  readonly token?: string;
  readonly namespace?: string;
  readonly context?: string;
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
  let context: ReturnType<typeof contextOf>;
  try {
    context = contextOf(options.context, process.env);
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
  if (context === "unknown") {
    const wanted = options.context ?? process.env.SELVAGE_CONTEXT ?? "";
    return { ok: false, message: `there is no context "${wanted}"; selvage context list shows them` };
  }
  const { server, token } = connection(options, process.env, context);
  if (!URL.canParse(server)) {
    return { ok: false, message: `"${server}" is not the address of a server` };
  }
  const client = createClient({ server, token, timeoutMs: (options.requestTimeout ?? 30) * 1000 });
  const namespace = options.namespace ?? process.env.SELVAGE_NAMESPACE ?? context?.namespace;
  const asJson = options.output === "json";
  return {
    ok: true,
    session: {
      client,
      terminal: asJson ? { ...terminal, asJson } : terminal,
      output: options.output ?? "table",
      namespace: namespace ? namespace : null,
    },
  };
}
