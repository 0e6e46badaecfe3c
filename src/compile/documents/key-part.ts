// One part of the key that tells callers apart, from its text in a document (`client`, `header:x-tenant`,
// `cookie:sid`).
import type { KeyPart } from "../../model/snapshot/limit.ts";

export function keyPart(text: string): KeyPart {
  const colon = text.indexOf(":");
  const [from, name] = colon === -1 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
  switch (from) {
    case "header":
      return { from, name: name.toLowerCase() };
    case "cookie":
    case "claim":
      return { from, name };
    case "ip":
    case "method":
    case "route":
      return { from };
    default:
      return { from: "client" };
  }
}
