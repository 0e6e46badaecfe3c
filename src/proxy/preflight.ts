// A browser's question whether a page may send a request (Fetch §3.2.2): where the rule has a CORS filter, the mesh
// answers.
import { isPreflight, preflightHeaders } from "../decide/header/cors.ts";
import { GO_ON } from "./exchange/decided.ts";
import type { Decided, Exchange } from "./exchange/exchange.ts";

export function preflight({ admitted, routed }: Exchange): Decided {
  const { cors } = routed.plan;
  if (cors === null || !isPreflight(admitted.method, admitted.headers)) {
    return GO_ON;
  }
  const headers = preflightHeaders(cors, admitted.headers);
  return { no: { status: 204, headers, body: null }, stage: "cors", policy: routed.policy };
}
