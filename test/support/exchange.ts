// HTTP/1.1 as bytes: sends text over one connection and answers what comes back until the peer closes or `until` holds.
import { connect } from "node:net";

/** `closed` tells whether the peer ended the connection. */
export function exchange(
  port: number,
  bytes: string,
  until: (text: string) => boolean = () => false,
): Promise<{ text: string; closed: boolean }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ text: string; closed: boolean }>();
  const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
  let text = "";
  socket.setEncoding("utf8");
  socket.setTimeout(15_000, () => socket.destroy(new Error(`no end after: ${text}`)));
  socket.on("data", (chunk: string) => {
    text += chunk;
    if (!until(text)) {
      return;
    }
    resolve({ text, closed: false });
    socket.destroy();
  });
  socket.on("end", () => resolve({ text, closed: true }));
  socket.on("error", reject);
  return promise;
}
