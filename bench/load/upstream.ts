// The service behind every variant, a process of its own: answers each bodiless request with the same bytes, so that it
// costs as little as possible and never becomes what is measured. Prints its port.
import { createServer, type AddressInfo } from "node:net";

const body = JSON.stringify({ ok: true, items: Array.from({ length: 20 }, (_, id) => ({ id, name: `item ${id}` })) });
const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

const server = createServer({ noDelay: true }, (socket) => {
  let held = "";
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    const requests = (held + String(chunk)).split("\r\n\r\n");
    held = requests.pop() ?? "";
    if (requests.length > 0) {
      socket.write(answer.repeat(requests.length), "latin1");
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
