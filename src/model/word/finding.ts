// What lint, compilation and parsing have to say about a document: a value, told in answers, `status` and `validate`.

export interface Finding {
  /** `warning`: accepted, told loudly, refused with `strict`. `error`: nothing is written. */
  readonly severity: "warning" | "error";
  /** Stable, `SLV1xxx`, never reused; listed in docs/errors.md. */
  readonly code: `SLV1${number}`;
  /** `<Kind>/<namespace>/<name>` of the document it is about. */
  readonly ref: string;
  /** JSON Pointer into that document, `""` for the whole of it. */
  readonly pointer: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** A request that shows the finding: what a user would send to see it happen. */
  readonly example?: {
    readonly method: string;
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
}
