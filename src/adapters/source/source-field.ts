// A cursor over one source document that remembers which fields were read. What nobody read is told at the end, so a
// field that an importer has never heard of is a note and not a silence.
import type { ImportNote } from "./import-note.ts";
import { isRecord } from "../../model/word/record.ts";
import { fromPointer } from "../../model/word/json-pointer.ts";

/** Why known fields have no counterpart, by their name. */
type Reasons = Readonly<Record<string, string>>;

interface Ledger {
  readonly ref: string;
  readonly notes: ImportNote[];
  /** Places and messages of the notes: a thing is told once. */
  readonly told: Set<string>;
  /** Expressed or told, with everything below. */
  readonly done: Set<string>;
  /** Looked into: its members are judged one by one. */
  readonly entered: Set<string>;
}

export class Field {
  readonly value: unknown;
  /** JSON Pointer from the document. */
  readonly pointer: string;
  readonly #ledger: Ledger;

  constructor(
    value: unknown,
    ref: string,
    pointer = "",
    ledger: Ledger = { ref, notes: [], told: new Set(), done: new Set(), entered: new Set() },
  ) {
    this.value = value;
    this.pointer = pointer;
    this.#ledger = ledger;
  }

  /** A null counts as absent, as in Kubernetes. */
  get present(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  get ref(): string {
    return this.#ledger.ref;
  }

  get notes(): readonly ImportNote[] {
    return this.#ledger.notes;
  }

  /** A member; absent when this is not a mapping or has none of that name. */
  at(key: string): Field {
    this.#ledger.entered.add(this.pointer);
    const value = isRecord(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined;
    return this.#child(key, value);
  }

  /** The entries of a list; none when it is not one. */
  items(): Field[] {
    this.#ledger.entered.add(this.pointer);
    return Array.isArray(this.value)
      ? this.value.map((entry: unknown, index) => this.#child(String(index), entry))
      : [];
  }

  /** The members of a mapping, by name. */
  members(): [string, Field][] {
    this.#ledger.entered.add(this.pointer);
    return isRecord(this.value)
      ? Object.entries(this.value).map(([key, value]) => [key, this.#child(key, value)] as [string, Field])
      : [];
  }

  text(): string | null {
    return typeof this.value === "string" ? this.#take(this.value) : null;
  }

  number(): number | null {
    return typeof this.value === "number" ? this.#take(this.value) : null;
  }

  flag(): boolean | null {
    return typeof this.value === "boolean" ? this.#take(this.value) : null;
  }

  /** All of it is expressed, or says nothing. */
  take(): void {
    this.#ledger.done.add(this.pointer);
  }

  /** It is not expressed, and neither is anything below. */
  drop(message: string): void {
    this.#note("dropped", message);
  }

  /** It is expressed, with another meaning; what stands below is still judged by itself. */
  change(message: string): void {
    this.#note("changed", message);
  }

  /** Tells every field that was not read. `null` and members of fields already told are passed over. */
  tellRest(reasons: Reasons): void {
    const { done, entered } = this.#ledger;
    if (!this.present || done.has(this.pointer)) {
      return;
    }
    const inside = isRecord(this.value) || Array.isArray(this.value);
    if (!inside || !entered.has(this.pointer)) {
      const steps = fromPointer(this.pointer).filter((step) => !/^\d+$/.test(step));
      const name = steps.at(-1) ?? "";
      this.drop(
        (Object.hasOwn(reasons, name) ? reasons[name] : undefined) ?? `Nothing here corresponds to ${name || "it"}`,
      );
      return;
    }
    for (const [key, value] of Object.entries(this.value)) {
      this.#child(key, value).tellRest(reasons);
    }
  }

  #child(key: string, value: unknown): Field {
    const step = key.replaceAll("~", "~0").replaceAll("/", "~1");
    return new Field(value, this.ref, `${this.pointer}/${step}`, this.#ledger);
  }

  #take<Value>(value: Value): Value {
    this.take();
    return value;
  }

  #note(severity: ImportNote["severity"], message: string): void {
    const { ref, notes, told } = this.#ledger;
    const key = `${this.pointer}\n${message}`;
    if (!told.has(key)) {
      told.add(key);
      notes.push({ ref, pointer: this.pointer, severity, message });
    }
    if (severity === "dropped") {
      this.take();
    }
  }
}
