// Whether the caller's address may come here: asks the verb, answers 403.
import { decideAddress } from "../decide/authorize/ip-access.ts";
import { GO_ON } from "./exchange/decided.ts";
import type { Decided, Exchange } from "./exchange/exchange.ts";

export function ipAccess({ routed, live, admitted, trace }: Exchange): Decided {
  const held = routed.access.policies.ipAccess;
  if (held === undefined) {
    return GO_ON;
  }
  const table = live.snapshot.policies.ipAccess ?? [];
  const verdict = decideAddress(table, held, admitted.clientAddress);
  trace?.("ip-access", {
    ...verdict,
    address: admitted.clientAddress,
    policies: held.map((index) => `IPAccessPolicy/${table[index]?.policy}`),
  });
  if (verdict.allowed) {
    return GO_ON;
  }
  const policy = verdict.policy === null ? "none" : `IPAccessPolicy/${verdict.policy}`;
  return { no: { problem: "accessDenied", detail: WHY[verdict.because] }, stage: "ip-access", policy };
}

const WHY = {
  denied: "An IPAccessPolicy denies the address that this request comes from",
  "not-allowed": "An IPAccessPolicy allows other addresses than the one that this request comes from",
  unknown: "Which address this request comes from, or which addresses may come here, is not known",
};
