// The service behind every variant, a process of its own: answers each request with the same bytes, so that it costs as
// little as possible and never becomes what is measured. `?bytes=1024` asks for a body of that size; bodies of requests
// are read and thrown away. Prints its port.
import { createServer, type AddressInfo } from "node:net";

const body = JSON.stringify({ ok: true, items: Array.from({ length: 20 }, (_, id) => ({ id, name: `item ${id}` })) });
const usual = answer("application/json", body);
const sized = new Map<string, string>();

function answer(type: string, content: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${content.length}\r\n\r\n${content}`;
}

function answerTo(head: string): string {
  const bytes = /^\S+ \S*[?&]bytes=(\d+)/.exec(head)?.[1];
  if (bytes === undefined) {
    return usual;
  }
  const made = sized.get(bytes) ?? answer("application/octet-stream", "x".repeat(Number(bytes)));
  sized.set(bytes, made);
  return made;
}

const server = createServer({ noDelay: true }, (socket) => {
  let held = "";
  /** The request whose body is still to come, and how much of it. */
  let awaited: { readonly head: string; bytes: number } | null = null;
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    held += String(chunk);
    let answers = "";
    for (;;) {
      if (awaited === null) {
        const end = held.indexOf("\r\n\r\n");
        if (end === -1) {
          break;
        }
        const head = held.slice(0, end);
        awaited = { head, bytes: Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0) };
        held = held.slice(end + 4);
      }
      const taken = Math.min(awaited.bytes, held.length);
      awaited.bytes -= taken;
      held = held.slice(taken);
      if (awaited.bytes > 0) {
        break;
      }
      answers += answerTo(awaited.head);
      awaited = null;
    }
    if (answers !== "") {
      socket.write(answers, "latin1");
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
