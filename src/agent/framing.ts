// How the body of a request is framed, and what is refused before anybody reads it: two servers that disagree about
// where a request ends are how requests are smuggled. node:http has refused the worst by then.
import type { IncomingMessage } from "node:http";
import { headerValues } from "./kept-headers.ts";

/** `chunked`, the length that it declares, or none at all. */
export type BodyFraming = "chunked" | "declared" | "none";

type Framed = { readonly ok: true; readonly body: BodyFraming } | { readonly ok: false; readonly detail: string };

type Head = Pick<IncomingMessage, "method" | "url" | "rawHeaders">;

const fault = (detail: string): Framed => ({ ok: false, detail });

export function framingOf({ method = "", url = "", rawHeaders }: Head): Framed {
  if (method === "TRACE" || method === "CONNECT") {
    return fault(`${method} is not passed on.`);
  }
  if (!url.startsWith("/") && !(url === "*" && method === "OPTIONS")) {
    return fault("The request's target must be a path: this is no forward proxy.");
  }
  if (headerValues(rawHeaders, "host").length !== 1) {
    return fault("There must be one Host.");
  }
  const codings = headerValues(rawHeaders, "transfer-encoding");
  const lengths = headerValues(rawHeaders, "content-length");
  if (codings.length === 0) {
    return lengths.length > 1
      ? fault("There is more than one Content-Length.")
      : ok(lengths.length === 0 ? "none" : "declared");
  }
  if (lengths.length > 0) {
    return fault("There are both Content-Length and Transfer-Encoding.");
  }
  return codings.length === 1 && codings[0]?.trim().toLowerCase() === "chunked"
    ? ok("chunked")
    : fault("No Transfer-Encoding but chunked is understood.");
}

const ok = (body: BodyFraming): Framed => ({ ok: true, body });
