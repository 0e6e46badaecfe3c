// Attacks by bodies and answers in other forms than a cut upload: whatever a caller does with its body is the caller's.
// After each of them shop's orders answers, its breaker is closed, and no endpoint is out.
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { arrived, type Attack, type Setting } from "./setting.ts";

const HEAD = "POST /svc/orders.shop/x HTTP/1.1\r\nHost: a\r\n";

/** Sends the pieces, each after a pause, and breaks the connection off; how the first answer begins. */
function pieces({ port }: Setting, parts: readonly string[], waitMs = 300): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let got = "";
    const end = (): void => {
      socket.resetAndDestroy();
      const statuses = [...got.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
      resolve(statuses.length === 0 ? "no answer" : statuses.join(" "));
    };
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => (got += chunk.toString("latin1")));
    void (async () => {
      for (const part of parts) {
        socket.write(Buffer.from(part, "latin1"));
        await sleep(20);
      }
      await sleep(waitMs);
      end();
    })();
  });
}

/** What shop's callers see after thirty of it. */
async function afterwards(s: Setting, parts: readonly string[], waitMs?: number): Promise<string> {
  const seen = new Set(await Promise.all(Array.from({ length: 30 }, () => pieces(s, parts, waitMs))));
  const innocent = arrived(await s.get("/svc/orders.shop/fine"));
  const { body } = await s.api("GET", "/breakers", undefined, s.mesh.token);
  const isOut = /"state":"(?:open|half-open)"|"ejected":true/.test(body);
  return `${[...seen].sort().join(", ")}; then ${innocent}${isOut ? ", breaker or endpoint out" : ""}`;
}

const HELD = /^(?!.*\b50[0-4]\b).*; then 200 GET \/fine HTTP\/1\.1$/;

const faults: readonly Attack[] = (
  [
    [
      "a chunk with extensions of 10 KB",
      [`${HEAD}Transfer-Encoding: chunked\r\n\r\n3;x=${"y".repeat(10_000)}\r\nabc\r\n0\r\n\r\n`],
    ],
    [
      "chunk extensions with quotes and a line feed",
      [`${HEAD}Transfer-Encoding: chunked\r\n\r\n3;a="\n"\r\nabc\r\n0\r\n\r\n`],
    ],
    [
      "trailers that name a caller",
      [
        `${HEAD}Transfer-Encoding: chunked\r\nTrailer: selvage-source\r\n\r\n3\r\nabc\r\n0\r\nselvage-source: root\r\n\r\n`,
      ],
    ],
    ["a trailer that is no header", [`${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\0\0\0\r\n\r\n`]],
    ["a chunk of ffffffffffffffff bytes", [`${HEAD}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc`]],
    ["a chunk of -1 bytes", [`${HEAD}Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n`]],
    ["a chunk that is longer than it says", [`${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n`]],
    ["a chunk's size in 0x form", [`${HEAD}Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n`]],
    [
      "chunks of one byte, and no end",
      [`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, ..."abcdefgh".split("").map((one) => `1\r\n${one}\r\n`)],
    ],
    ["Expect: 100-continue, and no body", [`${HEAD}Expect: 100-continue\r\nContent-Length: 100\r\n\r\n`]],
    ["Expect: 200-ok", [`${HEAD}Expect: 200-ok\r\nContent-Length: 3\r\n\r\nabc`]],
    ["HTTP/1.0 with a length and no end", ["POST /svc/orders.shop/x HTTP/1.0\r\nContent-Length: 100\r\n\r\nabc"]],
    [
      "HTTP/1.0 with chunks",
      ["POST /svc/orders.shop/x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"],
    ],
    ["more body than its length says", [`${HEAD}Content-Length: 3\r\n\r\nabcGET /admin HTTP/1.1\r\nHost: a\r\n\r\n`]],
    ["a length beyond 2^53", [`${HEAD}Content-Length: 99999999999999999999\r\n\r\nabc`]],
    ["a length of 100 GB, and a few bytes", [`${HEAD}Content-Length: 107374182400\r\n\r\nabc`]],
    ["a body announced as gzip that is none", [`${HEAD}Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc`]],
    [
      "a DELETE and an OPTIONS with half a body",
      ["DELETE /svc/orders.shop/x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"],
    ],
    [
      "an upgrade to WebSocket with half a body",
      [
        `${HEAD.replace("POST", "GET")}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nContent-Length: 9\r\n\r\nabc`,
      ],
    ],
    [
      "ten requests in one piece, cut in the eleventh's body",
      [`${"GET /svc/orders.shop/fine HTTP/1.1\r\nHost: a\r\n\r\n".repeat(10)}${HEAD}Content-Length: 9\r\n\r\nabc`],
    ],
    ["a head that never ends", [`${HEAD}X-A: b`]],
  ] as const
).map(([what, parts]): Attack => ({
  what: `thirty times ${what}`,
  expected: "the caller's fault or nothing; the service goes on, breaker closed",
  run: (s) => afterwards(s, parts),
  holds: HELD,
}));

/** The service answers with these bytes; the caller's body is still on its way. */
const early = (answer: string): readonly string[] => [
  `POST /svc/orders.shop/say/${Buffer.from(answer, "latin1").toString("base64url")} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n`,
  "a".repeat(1000),
];

const answers: readonly Attack[] = [
  {
    what: "thirty times an answer of 413 before the upload has ended, and the caller gone",
    expected: "the answer, or nothing; the service goes on",
    run: (s) => afterwards(s, early("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")),
    holds: HELD,
  },
  {
    what: "thirty callers who leave in the middle of an answer",
    expected: "the service goes on, breaker closed",
    run: (s) =>
      afterwards(s, [
        `GET /svc/orders.shop/say/${Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nabc").toString("base64url")} HTTP/1.1\r\nHost: a\r\n\r\n`,
      ]),
    holds: HELD,
  },
];

export const BODIES: readonly Attack[] = [...faults, ...answers];
