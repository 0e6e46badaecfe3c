// What a caller is told who did not come through the mesh: a problem (RFC 9457) that names the kind of fault, and never
// what was sent.
import type { Verification } from "./verify-request.ts";

interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function refuseUnverified({ status, reason }: Extract<Verification, { readonly ok: false }>): PlainAnswer {
  const title = status === 401 ? "The request did not come through the mesh" : "The mesh's word cannot be checked";
  const challenge: Readonly<Record<string, string>> =
    status === 401 ? { "www-authenticate": "Selvage-Assertion" } : { "retry-after": "2" };
  return {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...challenge },
    body: JSON.stringify({ type: "about:blank", title, status, detail: `selvage-assertion: ${reason}` }),
  };
}
