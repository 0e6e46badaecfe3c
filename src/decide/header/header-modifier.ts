// The header modifiers of the Gateway API, applied in place: set, then add, then remove. Names that frame the message or
// that only the mesh may say are passed over, and those that are closed to whoever wrote the modifier.
import type { HeaderModifier } from "../../model/snapshot/snapshot.ts";
import { isReserved, plainName, type HeaderTarget } from "./headers.ts";

/** @param closed plain names (`plainName`) that it may not write */
export function modifyHeaders(
  headers: HeaderTarget,
  { set, add, remove }: HeaderModifier,
  closed: ReadonlySet<string> = NONE,
): void {
  const isOpen = (name: string): boolean => !isReserved(name) && (closed === NONE || !closed.has(plainName(name)));
  for (const [name, value] of set) if (isOpen(name)) headers.set(name, value);
  for (const [name, value] of add) if (isOpen(name)) headers.append(name, value);
  for (const name of remove) if (isOpen(name)) headers.delete(name);
}

const NONE: ReadonlySet<string> = new Set();
