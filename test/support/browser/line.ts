// A line between a browser and a mesh that can be cut and mended: what was open breaks off, and nothing new comes
// about.
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Line {
  /** The mesh, over the line. */
  readonly url: string;
  readonly cut: () => void;
  readonly mend: () => void;
  readonly stop: () => void;
}

export async function startLine(mesh: string): Promise<Line> {
  const { hostname, port } = new URL(mesh);
  const open = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): Socket => {
    open.add(socket);
    return socket.on("close", () => open.delete(socket)).on("error", () => socket.destroy());
  };
  const server = createServer((near) => {
    keep(near);
    if (isCut) {
      near.destroy();
      return;
    }
    const far = keep(connect(Number(port), hostname));
    near.on("close", () => far.destroy()).pipe(far);
    far.on("close", () => near.destroy()).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    isCut = true;
    open.forEach((socket) => socket.destroy());
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend: () => void (isCut = false),
    stop: () => {
      cut();
      server.close();
    },
  };
}
