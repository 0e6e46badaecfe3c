// The proxy for the app's own calls: adds the workload's token and sends them to the mesh. What the app says of a user
// (`Authorization`) is left as it is. It lends an identity, so it takes no calls of web pages, and leads to services
// only.
import type { IncomingMessage } from "node:http";
import type { ListenAddress } from "./bounded-server.ts";
import { keptHeaders } from "./kept-headers.ts";
import { outboundTarget } from "./outbound-target.ts";
import { pageFault } from "./page-guard.ts";
import { startProxy, type AgentProxy, type Judgement } from "./proxy.ts";
import { upstreamAt } from "./upstream.ts";
import type { WorkloadToken } from "./workload-token.ts";

interface OutboundOptions {
  readonly listen: ListenAddress;
  /** Where the mesh takes traffic. */
  readonly mesh: URL;
  readonly token: Pick<WorkloadToken, "current" | "doubt">;
  readonly stallMs: number;
}

const IDENTITY = "selvage-identity";
/** The mesh is asked for by its own name, and only one word says who calls. */
const REPLACED: ReadonlySet<string> = new Set(["host", IDENTITY]);
const MESH_IDLE_MS = 30_000;

/** Listening when it answers; throws what listening throws. */
export function startOutbound(options: OutboundOptions): Promise<AgentProxy> {
  const { listen, mesh, stallMs } = options;
  return startProxy({
    listen,
    words: { side: "outbound", mesh: mesh.href },
    upstream: upstreamAt(mesh, MESH_IDLE_MS),
    stallMs,
    judge: (incoming) => judge(incoming, options),
    unanswered: (reason) => ({
      problem: "meshUnreachable",
      detail: `The mesh at ${mesh.host} gave no answer (${reason}).`,
    }),
  });
}

async function judge(incoming: IncomingMessage, { mesh, token }: OutboundOptions): Promise<Judgement> {
  const fault = pageFault(incoming.headers);
  if (fault !== null) {
    return { is: "refused", refusal: { problem: "forgedRequest", detail: fault } };
  }
  const led = outboundTarget(incoming.url ?? "/");
  if (!led.ok) {
    return { is: "refused", refusal: led.refusal };
  }
  const identity = await token.current();
  if (identity === null) {
    const detail = "The mesh gives the workload no token now; the agent says why on its standard error.";
    return {
      is: "refused",
      refusal: { problem: "workloadTokenUnavailable", detail, headers: { "retry-after": "2" } },
    };
  }
  return {
    is: "passed",
    head: {
      target: led.target,
      headers: ["host", mesh.host, ...keptHeaders(incoming.rawHeaders, REPLACED), IDENTITY, identity],
    },
    answerHeaders: (headers, status) => {
      if (status === 401 && isOfAuthentication(headers)) {
        token.doubt(identity);
      }
      return ledHere(headers, mesh);
    },
  };
}

/** The mesh itself, and not the service, did not like who calls. */
const isOfAuthentication = (headers: readonly string[]): boolean =>
  headers.some(
    (name, at) => name.toLowerCase() === "selvage-decision" && (headers[at + 1] ?? "").startsWith("authenticate"),
  );

/** A redirect to the mesh's own address leads through this proxy, which knows who calls. */
function ledHere(headers: readonly string[], { origin }: URL): string[] {
  return headers.map((text, at) => {
    const isLocation = at % 2 === 1 && headers[at - 1]?.toLowerCase() === "location";
    return isLocation && text.startsWith(`${origin}/svc/`) ? text.slice(origin.length) : text;
  });
}
