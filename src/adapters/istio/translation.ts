// What the translators of Istio's kinds share while one configuration is translated. Types only.
import type { PlainDocument } from "../source/import-note.ts";
import type { Grants } from "./grants.ts";
import type { IstioDocuments } from "./documents.ts";
import type { Names, SourceDocument } from "../source/source-documents.ts";

export interface Translation {
  readonly world: IstioDocuments;
  readonly names: Names;
  readonly grants: Grants;
  /** What RequestAuthentications are for, `Service/<namespace>/<name>`, and the first of each. */
  readonly authenticated: Map<string, string>;
}

/** Notes go to the source's root; the answer is what the source becomes. */
export type Translate = (source: SourceDocument, translation: Translation) => readonly PlainDocument[];
