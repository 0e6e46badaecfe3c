// A caller that sends what it has and says that nothing more will come: what it is told.
import { connect } from "node:net";

const PATIENCE_MS = 10_000;

export function talk(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.end(Buffer.from(bytes, "latin1")));
    const late = setTimeout(() => socket.destroy(), PATIENCE_MS);
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(late);
      resolve(answer);
    });
  });
}
