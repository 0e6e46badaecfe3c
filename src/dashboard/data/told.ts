// What the page has to tell for a moment: that something was done, and how to undo it. Read by the live region.
interface Message {
  readonly id: number;
  readonly text: string;
  readonly undo?: { readonly label: string; readonly run: () => void };
}

let told: readonly Message[] = [];
let last = 0;
const listeners = new Set<() => void>();
const KEPT_MS = 30_000;

export function tell(text: string, undo?: Message["undo"]): void {
  last += 1;
  const one: Message = { id: last, text, ...(undo ? { undo } : {}) };
  told = [...told.slice(-2), one];
  listeners.forEach((listener) => listener());
  setTimeout(() => untell(one.id), KEPT_MS);
}

export function untell(id: number): void {
  told = told.filter((one) => one.id !== id);
  listeners.forEach((listener) => listener());
}

export const toldNow = (): readonly Message[] => told;

export function onTold(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
