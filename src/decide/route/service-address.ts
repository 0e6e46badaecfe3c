// The address that every service has without being asked: `/svc/<name>[.<namespace>]/…` on any host, and the host
// `<name>.<namespace>.<mesh domain>`. Whether the service exists is for the caller to look up.
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";

export interface ServiceAddress {
  readonly service: ServiceKey;
  /** The part of the path that addressed it (`/svc/orders.shop`), `""` for a host. */
  readonly prefix: string;
}

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** @param path canonical, without parameters */
export function addressByPath(path: string): ServiceAddress | null {
  if (!path.startsWith("/svc/")) {
    return null;
  }
  const end = path.indexOf("/", 5);
  const prefix = end === -1 ? path : path.slice(0, end);
  const segment = prefix.slice(5);
  const dot = segment.indexOf(".");
  const name = dot === -1 ? segment : segment.slice(0, dot);
  const namespace = dot === -1 ? "default" : segment.slice(dot + 1);
  return LABEL.test(name) && LABEL.test(namespace) ? { service: `${namespace}/${name}`, prefix } : null;
}

/** @param meshDomain `mesh.example`, null = services have no hosts of their own */
export function addressByHost(host: string, meshDomain: string | null): ServiceAddress | null {
  if (meshDomain === null || !host.endsWith(`.${meshDomain}`)) {
    return null;
  }
  const [name = "", namespace = "", ...more] = host.slice(0, -meshDomain.length - 1).split(".");
  return more.length === 0 && LABEL.test(name) && LABEL.test(namespace)
    ? { service: `${namespace}/${name}`, prefix: "" }
    : null;
}
