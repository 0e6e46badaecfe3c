// What a token says under a name, for conditions and for headers alike.
import type { Claims } from "../../model/snapshot/caller.ts";
import { isRecord } from "../../model/word/record.ts";

/** The claim of exactly this name, dots included; else the member that the dots lead to. Inherited members are none. */
export function claimNamed(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) {
    return claims[name];
  }
  let here: unknown = claims;
  for (const step of name.split(".")) {
    if (!isRecord(here) || !Object.hasOwn(here, step)) {
      return undefined;
    }
    here = here[step];
  }
  return here;
}
