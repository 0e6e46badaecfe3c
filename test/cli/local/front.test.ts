import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { connectionBound, startFront } from "../../../src/cli/local/front.ts";

describe("the bound on connections", () => {
  it.each([
    [256, 1, 21],
    [1024, 1, 174],
    [1024, 3, 58],
    [100, 1, 4],
    [4096, 1, null],
    [null, 1, null],
  ])("of %s descriptors for %i edges is %s for each", (limit, edges, bound) => {
    expect(connectionBound(limit, edges)).toBe(bound);
  });
});

describe("the front", () => {
  const ends: (() => void)[] = [];
  afterEach(() => ends.splice(0).forEach((end) => end()));

  async function listen(server: Server): Promise<number> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  /** A runtime that sends back what it gets, behind a front for so many. */
  async function fronted(most: number): Promise<{ readonly port: number; readonly held: Socket[] }> {
    const held: Socket[] = [];
    const runtime = createServer({ allowHalfOpen: true }, (socket) => {
      held.push(socket);
      socket.on("error", () => undefined);
      socket.pipe(socket);
    });
    const inner = await listen(runtime);
    const free = createServer();
    const port = await listen(free);
    await new Promise((resolve) => free.close(resolve));
    const [host, to] = ["127.0.0.1", { host: "127.0.0.1", port: inner }];
    const front = await startFront({ host, port }, to, most);
    ends.push(front.destroy, () => runtime.close());
    return { port, held };
  }

  async function opened(port: number): Promise<Socket> {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => undefined);
    await once(socket, "connect");
    ends.push(() => socket.destroy());
    return socket;
  }

  async function echo(socket: Socket): Promise<string> {
    socket.write("hello");
    return new Promise((resolve) => {
      socket.once("data", (chunk) => resolve(String(chunk)));
      socket.once("end", () => resolve("closed"));
      socket.once("close", () => resolve("closed"));
    });
  }

  it("passes so many on, closes one more at once, and takes another when one has gone", async () => {
    const { port } = await fronted(2);
    const [first, second] = [await opened(port), await opened(port)];
    expect([await echo(first), await echo(second)]).toEqual(["hello", "hello"]);
    const third = await opened(port);
    expect(await echo(third)).toBe("closed");
    expect(await echo(first)).toBe("hello");
    first.destroy();
    let answer = "closed";
    while (answer === "closed") {
      answer = await echo(await opened(port));
    }
    expect(answer).toBe("hello");
  });

  it("passes the end of one side on, and a connection that was broken off", async () => {
    const { port, held } = await fronted(2);
    const ending = await opened(port);
    expect(await echo(ending)).toBe("hello");
    ending.end("last");
    expect(String((await once(ending, "data"))[0])).toBe("last");
    await once(ending, "end");
    const breaking = await opened(port);
    expect(await echo(breaking)).toBe("hello");
    const [, inner] = held;
    const broken = new Promise((resolve) => inner?.once("close", resolve));
    breaking.resetAndDestroy();
    await broken;
    expect(inner?.destroyed).toBe(true);
  });
});
