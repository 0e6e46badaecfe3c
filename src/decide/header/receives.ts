// Which of the headers that the mesh has to say a service wants.
import { RECEIVED_BY_DEFAULT, type ReceivedHeader } from "../../model/snapshot/receive.ts";
import type { ServiceEntry } from "../../model/snapshot/snapshot.ts";

export interface Receives {
  readonly clientAddress: boolean;
  readonly host: boolean;
  readonly scheme: boolean;
  /** Also where a rule has cut it off; what `/svc/…` cuts off is told in any case. */
  readonly prefix: boolean;
  readonly requestId: boolean;
  readonly trace: boolean;
  readonly assertion: boolean;
  readonly source: boolean;
  readonly timeout: boolean;
}

export function receivesOf(service: Pick<ServiceEntry, "receive"> | undefined): Receives {
  const names = service?.receive;
  return names === undefined ? BY_DEFAULT : read(names);
}

function read(names: readonly ReceivedHeader[]): Receives {
  const wants = new Set(names);
  return {
    clientAddress: wants.has("x-forwarded-for"),
    host: wants.has("x-forwarded-host"),
    scheme: wants.has("x-forwarded-proto"),
    prefix: wants.has("x-forwarded-prefix"),
    requestId: wants.has("x-request-id"),
    trace: wants.has("traceparent"),
    assertion: wants.has("selvage-assertion"),
    source: wants.has("selvage-source"),
    timeout: wants.has("selvage-timeout-ms"),
  };
}

export const BY_DEFAULT = read(RECEIVED_BY_DEFAULT);
