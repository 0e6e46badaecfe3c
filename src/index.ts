// The map: what is under /_selvage/ goes to the control plane, everything else is traffic.
export { Mesh } from "../durable/mesh.ts";
export { Presence } from "../durable/presence.ts";

export default {
  async fetch(): Promise<Response> {
    return new Response("not yet", { status: 503 });
  },
};
