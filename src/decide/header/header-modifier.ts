// The header modifiers of the Gateway API, applied in place: set, then add, then remove. Names that frame the message or
// that only the mesh may say are passed over.
import type { HeaderModifier } from "../../model/snapshot/snapshot.ts";
import { isReserved, type HeaderTarget } from "./headers.ts";

export function modifyHeaders(headers: HeaderTarget, { set, add, remove }: HeaderModifier): void {
  for (const [name, value] of set) if (!isReserved(name)) headers.set(name, value);
  for (const [name, value] of add) if (!isReserved(name)) headers.append(name, value);
  for (const name of remove) if (!isReserved(name)) headers.delete(name);
}
