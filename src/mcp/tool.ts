// What a tool is: a name, what it takes, and a function of the mesh. Reads change nothing; plans change nothing either,
// and keep what may be confirmed; one tool confirms.
import type { CallToolResult, McpServer, ToolAnnotations } from "@modelcontextprotocol/server";
import type * as z from "zod";
import type { ApiAnswer, Failure } from "../cli/session/client.ts";
import type { AgentMesh } from "./agent-mesh.ts";
import { refusedResult, toldResult, type ToolAnswer } from "./told.ts";

type ToolKind = "read" | "plan" | "confirm";

interface Tool<Input extends z.ZodObject> {
  readonly name: string;
  readonly kind: ToolKind;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  readonly run: (args: z.output<Input>, mesh: AgentMesh) => Promise<ToolAnswer | { readonly failure: Failure }>;
}

/** A tool, whatever it takes. */
export interface Offer {
  readonly name: string;
  readonly kind: ToolKind;
  readonly to: (server: McpServer, mesh: AgentMesh) => void;
}

const annotations: Readonly<Record<ToolKind, ToolAnnotations>> = {
  read: { readOnlyHint: true, openWorldHint: false },
  plan: { readOnlyHint: true, openWorldHint: false },
  confirm: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
};

export function tool<Input extends z.ZodObject>({ name, kind, title, description, input, run }: Tool<Input>): Offer {
  const to = (server: McpServer, mesh: AgentMesh): void => {
    const call = async (args: z.output<Input>): Promise<CallToolResult> => {
      try {
        const told = await run(args, mesh);
        return "failure" in told ? refusedResult(told.failure) : toldResult(told);
      } catch (error) {
        return { isError: true, content: [{ type: "text", text: mesh.explainFailure(error) }] };
      }
    };
    server.registerTool<z.ZodObject, z.ZodObject>(
      name,
      { title, description, inputSchema: input, annotations: { title, ...annotations[kind] } },
      (args) => call(args as z.output<Input>),
    );
  };
  return { name, kind, to };
}

/** The answer of one call, told. */
export function told<Value extends object>(
  answer: ApiAnswer<Value>,
  lines: (value: Value) => readonly string[],
): ToolAnswer | { readonly failure: Failure } {
  return answer.ok ? { data: answer.value, lines: lines(answer.value) } : { failure: answer.failure };
}
