// The load generator's parser: an answer counts when all of it is there, and not before.
import { array, assert, nat, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { ResponseCounter } from "../../../bench/load/response-counter.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const chunked = "HTTP/1.1 503 No\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
const empty = "HTTP/1.1 204 No Content\r\nx-a: 1\r\n\r\n";

describe("ResponseCounter", () => {
  it("waits for the whole body", () => {
    const counter = new ResponseCounter();
    expect(counter.take(ok.slice(0, -1))).toEqual([]);
    expect(counter.take("o")).toEqual([200]);
  });

  it("takes an answer without length as one without body", () => {
    expect(new ResponseCounter().take(empty)).toEqual([204]);
  });

  it("gives the same statuses however the bytes are cut", () => {
    const stream = ok + chunked + empty + ok;
    assert(
      property(array(nat(stream.length), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const counter = new ResponseCounter();
        const statuses = at.slice(1).flatMap((end, index) => counter.take(stream.slice(at[index], end)));
        expect(statuses).toEqual([200, 503, 204, 200]);
      }),
    );
  });
});
