// The header modifiers of the Gateway API, applied in place: set, then add, then remove. Names that frame the message
// or that only the mesh may say are passed over, and those that are closed to whoever wrote the modifier.
import type { HeaderModifier } from "../../model/snapshot/snapshot.ts";
import { isReserved, type HeaderTarget } from "./headers.ts";
import type { ClosedHeaders } from "./proof-headers.ts";

/** @param closed what it may not write */
export function modifyHeaders(
  headers: HeaderTarget,
  { set, add, remove }: HeaderModifier,
  closed: ClosedHeaders | null = null,
): void {
  const isOpen = (name: string): boolean => !isReserved(name) && closed?.(name) !== true;
  for (const [name, value] of set) {
    if (isOpen(name)) {
      headers.set(name, value);
    }
  }
  for (const [name, value] of add) {
    if (isOpen(name)) {
      headers.append(name, value);
    }
  }
  for (const name of remove) {
    if (isOpen(name)) {
      headers.delete(name);
    }
  }
}
