// Calls of the admin API that an agent asked for, over MCP: the same calls with the same token, and the audit says who
// pressed the button. Known by the request object, so that no header makes or hides one.

interface AgentCall {
  /** What the agent sent: where it comes from is read there. */
  readonly origin: Request;
  /** The plan that the call carries out; null = it reads, or tries. */
  readonly plan: { readonly id: string; readonly reason: string } | null;
}

const calls = new WeakMap<Request, AgentCall>();

export function markAgentCall(request: Request, call: AgentCall): void {
  calls.set(request, call);
}

/** What the agent sent when it made this call; the request itself when no agent did. */
export const agentOriginOf = (request: Request): Request => calls.get(request)?.origin ?? request;

/** Members of the audit row's detail; none when no agent made the call. */
export function agentDetail(request: Request): Readonly<Record<string, string>> {
  const call = calls.get(request);
  if (call === undefined) {
    return {};
  }
  return { agent: "mcp", ...(call.plan && { agentPlan: call.plan.id, agentReason: call.plan.reason }) };
}
