// A tail that never ends and is quicker than any mesh would send it: for what a page makes of it.
import type { IncomingMessage, ServerResponse } from "node:http";

const TURNS = 20;

/** @param perSecond requests that are told */
export function answerTail(request: IncomingMessage, response: ServerResponse, perSecond: number): void {
  if (request.headers.accept?.includes("text/event-stream") !== true) {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ items: [], dropped: 0, cursor: "1" }));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  let told = 0;
  let turn = 0;
  const telling = setInterval(() => {
    const some = Array.from({ length: perSecond / TURNS }, () => eventOf("request", told, receipt((told += 1))));
    turn += 1;
    const meter = { shown: perSecond, live: true, matched: perSecond, dropped: 0 };
    response.write(some.join("") + (turn % TURNS === 0 ? eventOf("meter", told, meter) : ""));
  }, 1000 / TURNS);
  response.on("close", () => clearInterval(telling));
}

const eventOf = (event: string, id: number, data: object): string =>
  `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;

const receipt = (nth: number): object => ({
  requestId: `request-${nth}`,
  traceId: nth.toString(16).padStart(32, "0"),
  at: new Date(1_764_374_400_000 + nth).toISOString(),
  tookMs: nth % 97,
  keptFor: "watched",
  method: "GET",
  host: "shop.example",
  path: `/orders/${nth}`,
  clientIp: null,
  caller: "anonymous",
  service: "shop/orders",
  version: "v1",
  endpoint: "one",
  route: "HTTPRoute/shop/orders/0",
  status: nth % 50 === 0 ? 503 : 200,
  decision: "forwarded",
  policy: null,
  code: null,
  detail: null,
  revision: 1,
  held: {},
  read: {},
  steps: [],
  calls: [],
});
