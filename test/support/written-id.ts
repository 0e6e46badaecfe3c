// The id that the mesh gives to an endpoint of a Service document.
import { writtenIds } from "../../src/decide/balance/endpoint-identity.ts";

export function writtenId(service: string, url: string, version: string | null = null): string {
  const [id = ""] = writtenIds(service, [{ address: url.includes("://") ? { url } : { binding: url }, version }]);
  return id;
}
