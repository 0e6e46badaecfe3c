// `selvage endpoint register|drain|rm`: dynamic registration by hand, as an agent does it.
import type { EndpointState } from "../../model/api/endpoints.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";

export interface RegisterFlags {
  readonly url: string;
  readonly version?: string;
  readonly cluster?: string;
  readonly weight: number;
  readonly ttl?: string;
}

export async function registerByHand(
  session: CliSession,
  service: string,
  id: string,
  { url, version, cluster, weight, ttl }: RegisterFlags,
): Promise<ExitCode> {
  const body = { url, version, cluster, weight, ttl };
  const answer = await session.client.call<EndpointState>("PUT", pathOf(session, service, id), { body });
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  await say(
    session,
    service,
    id,
    answer.value,
    `registered${ttl === undefined ? "" : `, until ${ttl} without a heartbeat`}`,
  );
  return exitCodes.ok;
}

export async function endEndpoint(
  session: CliSession,
  how: "drain" | "rm",
  service: string,
  id: string,
): Promise<ExitCode> {
  const path = pathOf(session, service, id);
  const answer = await (how === "drain"
    ? session.client.call<unknown>("POST", `${path}/drain`)
    : session.client.call<unknown>("DELETE", path));
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  await say(session, service, id, answer.value ?? {}, how === "drain" ? "draining" : "removed");
  return exitCodes.ok;
}

const pathOf = ({ namespace }: CliSession, service: string, id: string): string =>
  `/namespaces/${encodeURIComponent(namespace ?? "default")}/services/${encodeURIComponent(service)}/endpoints/${encodeURIComponent(id)}`;

async function say(session: CliSession, service: string, id: string, data: unknown, what: string): Promise<void> {
  const where = session.namespace === null || session.namespace === "default" ? "" : ` in ${session.namespace}`;
  await printData(session, {
    data,
    human: () => [`endpoint/${id} of service/${service}${where} ${what}`],
    names: () => [`endpoint/${id}`],
  });
}
