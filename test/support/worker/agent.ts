// An agent, as the Worker sees one: single JSON-RPC messages, and the result out of the stream that answers them.
import { expect } from "vitest";
import { ask, ROOT_TOKEN, type Answered, type Sent } from "./admin.ts";

export interface ToolResult {
  readonly isError?: boolean;
  readonly content: readonly { readonly text: string }[];
  readonly structuredContent: {
    readonly notice: string;
    readonly left?: object;
    readonly data: ToolData;
    readonly problem?: { readonly code?: string; readonly detail: string };
  };
}

/** Members that tests look into. */
interface ToolData {
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly planId: string;
  readonly revision: number;
  readonly expiresAt: string;
  readonly preview: object;
  readonly result: object;
  readonly healthy: boolean;
  readonly problems: readonly object[];
}

const HEADERS = { accept: "application/json, text/event-stream" };

export function post(body: unknown, sent: Sent = {}): Promise<Answered> {
  return ask("POST", "/_selvage/mcp", {
    type: "application/json",
    ...sent,
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { ...HEADERS, ...sent.headers },
  });
}

/** The result of one request, or its error. */
export async function rpc<Result>(method: string, params: object, sent: Sent = {}): Promise<Result> {
  const answered = await post({ jsonrpc: "2.0", id: 1, method, params }, sent);
  expect([answered.status, answered.text]).toEqual([200, expect.any(String)]);
  const data = /^data: (.*)$/m.exec(answered.text)?.[1] ?? answered.text;
  const message = JSON.parse(data) as { readonly result?: Result; readonly error?: { readonly message: string } };
  if (message.result === undefined) {
    throw new Error(message.error?.message ?? data);
  }
  return message.result;
}

export const callTool = (name: string, args: object = {}, token: string = ROOT_TOKEN): Promise<ToolResult> =>
  rpc<ToolResult>("tools/call", { name, arguments: args }, { token });
