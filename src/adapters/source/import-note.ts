// What an importer answers: documents ready for YAML, and everything that did not make it into them. Types only.

/** A document in the spelling of users; plain JSON values. */
export interface PlainDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, unknown>>;
    readonly annotations?: Readonly<Record<string, unknown>>;
  };
  readonly spec?: unknown;
}

/** One occurrence of a field whose meaning was lost or is no longer the same. */
export interface ImportNote {
  /** The source document, `VirtualService/shop/orders`. */
  readonly ref: string;
  /** JSON Pointer into the source document; `""` for all of it. */
  readonly pointer: string;
  /** `dropped`: nothing in the documents says it. `changed`: something does, with another meaning. */
  readonly severity: "dropped" | "changed";
  readonly message: string;
}

export interface Imported {
  readonly documents: readonly PlainDocument[];
  readonly notes: readonly ImportNote[];
}
