// What a workload proves itself with at the token endpoint: a client's id and secret, or a token of its platform
// (RFC 6749 §4.4, RFC 8693). Read from environment or files, never from arguments: those are for everybody to see.
import { readFile } from "node:fs/promises";

export interface WorkloadProof {
  readonly form: Readonly<Record<string, string>>;
  readonly authorization?: string;
}

/** Where it is read from. */
export type ProofSource =
  | { readonly from: "pair"; readonly clientId: string; readonly clientSecret: string }
  | { readonly from: "credentials-file" | "token-file"; readonly path: string };

/** Rejects with a sentence where it cannot be read. */
export async function readProof(source: ProofSource): Promise<WorkloadProof> {
  if (source.from === "pair") {
    return ofPair(source.clientId, source.clientSecret);
  }
  const text = await read(source.path);
  if (source.from === "token-file") {
    return {
      form: {
        grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
        subject_token: text.trim(),
      },
    };
  }
  const { clientId, clientSecret } = membersOf(text);
  if (typeof clientId !== "string" || typeof clientSecret !== "string") {
    throw new Error(`${source.path} is not what selvage workload credentials --add -o json prints`);
  }
  return ofPair(clientId, clientSecret);
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new Error(`${path} cannot be read (${code})`, { cause: error });
  }
}

function membersOf(text: string): { readonly clientId?: unknown; readonly clientSecret?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** RFC 6749 §2.3.1: both are form-encoded before they become Basic. */
function ofPair(clientId: string, clientSecret: string): WorkloadProof {
  const pair = [clientId, clientSecret].map((one) => encodeURIComponent(one)).join(":");
  return {
    form: { grant_type: "client_credentials" },
    authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
  };
}
