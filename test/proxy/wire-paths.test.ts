// The table of path confusion, row by row, as bytes against raw workerd: what a policy judges is what the service gets.
// The service has a DENY of /admin and /admin/*; nothing that it gets may be authorized otherwise than what was sent.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sendRaw, type RecordedRequest } from "../support/raw/tcp.ts";
import { startWire, type Wire } from "../support/raw/wire.ts";

let wire: Wire;

beforeAll(async () => {
  wire = await startWire();
}, 30_000);
afterAll(() => wire?.stop());
beforeEach(() => wire.reset());
afterEach(() => expect(wire.upstream.leftovers()).toBe(""));

async function send(path: string): Promise<{ status: number; arrived: readonly RecordedRequest[] }> {
  const answer = await sendRaw(wire.mesh.port, `GET /svc/paths.shop${path} HTTP/1.1\r\nHost: any.example\r\n\r\n`);
  return { status: Number(answer.slice(9, 12)), arrived: [...wire.upstream.requests] };
}

describe("a path on the wire", () => {
  it.each<[what: string, sent: string, outcome: number | string]>([
    ["escaped dots, lower case", "/public/%2e%2e/admin/x", 403],
    ["escaped dots, upper and mixed case", "/public/%2E./admin/x", 403],
    ["dots that leave the service's address and come back", "/public/%2e%2E/%2e./paths.shop/admin", 403],
    ["dots as they are", "/public/../admin/x", 403],
    ["dots after a doubled slash", "/public//../admin/x", "/public/admin/x"],
    ["a backslash after dots", "/public/..\\admin/x", 400],
    ["an escaped slash after dots", "/public/..%2fadmin/x", 400],
    ["an escaped backslash after dots", "/public/%2e%2e%5cadmin/x", 400],
    ["dots with parameters", "/public/..;/admin/x", 400],
    ["dots with escaped parameters", "/public/..%3b/admin/x", 400],
    ["parameters of a segment", "/admin;a=b/x", 403],
    ["parameters at the end", "/admin;a=b", 403],
    ["a segment of parameters only", "/;a=b/admin", 400],
    ["an escaped letter", "/adm%69n/x", 403],
    ["an escaped first letter", "/%61dmin/x", 403],
    ["an escaped slash inside", "/admin%2Fx", 400],
    ["other letter case: another path", "/ADMIN/x", "/ADMIN/x"],
    ["a doubled slash in front", "//admin/x", 403],
    ["a doubled slash inside", "/admin//x", 403],
    ["a fragment behind", "/admin#frag", 403],
    ["a fragment that begins early", "/a#/../admin", "/a"],
    ["a query with a fragment", "/a?x=1#f", "/a?x=1"],
    ["a query that looks like a path", "/admin?/../public", 403],
    ["NUL, escaped", "/a%00", 400],
    ["line feed, escaped", "/a%0a", 400],
    ["carriage return, escaped", "/a%0d", 400],
    ["tab, escaped", "/a%09", 400],
    ["DEL, escaped", "/a%7f", 400],
    ["an overlong dot", "/%c0%ae%c0%ae/admin", 400],
    ["an escape of sixteen bits", "/%u0041dmin", 400],
    ["half an escape", "/admin/%", 400],
    ["an escape that is none", "/admin/%zz", 400],
    ["a byte that is no UTF-8", "/\xe9", 400],
    ["an escaped byte that is no UTF-8", "/%e9", 400],
    ["dots escaped twice: decoded once only", "/%252e%252e/admin", "/%252e%252e/admin"],
    ["a slash escaped twice", "/a%252fadmin", "/a%252fadmin"],
    ["UTF-8 as it is", "/caf\xc3\xa9", "/caf%C3%A9"],
    ["above the root", "/../../../../admin", 400],
  ])("%s: %s", async (_, sent, outcome) => {
    const { status, arrived } = await send(sent);
    if (typeof outcome === "number") {
      expect([status, arrived]).toEqual([outcome, []]);
    } else {
      expect([status, arrived.map(({ line }) => line)]).toEqual([200, [`GET ${outcome} HTTP/1.1`]]);
    }
  });

  it("is authorized again as it was when it is sent as the service got it", async () => {
    const spellings = [
      "/x/%2e%2e/b",
      "/%7Eu/./c",
      "//d//e/",
      "/f;g/h;i",
      "/caf\xc3\xa9",
      "/%252e",
      "/j%3Bk",
      "/*",
      "/a b".replace(" ", "%20"),
    ];
    for (const spelling of spellings) {
      wire.reset();
      const first = await send(spelling);
      const forwarded = first.arrived[0]?.line.split(" ")[1] ?? "";
      const [again] = (await send(forwarded)).arrived.slice(1);
      expect([spelling, first.status, again?.line]).toEqual([spelling, 200, `GET ${forwarded} HTTP/1.1`]);
    }
  });

  it("on two hosts at once, or on none, reaches nobody", async () => {
    for (const hosts of [
      "Host: any.example\r\nHost: shop.example\r\n",
      "",
      "Host:\r\n",
      "Host: any.example:99999\r\n",
    ]) {
      const answer = await sendRaw(wire.mesh.port, `GET /svc/paths.shop/ HTTP/1.1\r\n${hosts}\r\n`);
      expect([hosts, Number(answer.slice(9, 12)) >= 400]).toEqual([hosts, true]);
    }
    expect(wire.upstream.requests).toEqual([]);
  });
});
