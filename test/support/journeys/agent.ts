// An agent with the SDK's own client, over a real socket.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** @param era what the client speaks: revisions with sessions and a handshake, or those without */
export async function connectAgent(url: string, token: string, era: "legacy" | "auto"): Promise<Client> {
  const client = new Client({ name: "journey", version: "1" }, { versionNegotiation: { mode: era } });
  const transport = new StreamableHTTPClientTransport(new URL("/_selvage/mcp", url), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  await client.connect(transport);
  return client;
}
