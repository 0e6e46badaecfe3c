// A document by its ref, as a link to its screen.
import type { ReactNode } from "react";
import { Link } from "wouter";
import { partsOfRef } from "../../model/word/refs.ts";
import { documentPath } from "../../model/word/screen-paths.ts";

export function RefLink({
  reference,
  bare = false,
}: {
  readonly reference: string;
  readonly bare?: boolean;
}): ReactNode {
  const { kind, namespace, name } = partsOfRef(reference);
  return (
    <Link href={documentPath(reference)}>
      {bare ? "" : `${kind} `}
      {namespace}/{name}
    </Link>
  );
}
