// New documents: an empty editor, or one with the documents that an address brought along.
import type { ReactNode } from "react";
import { Screen } from "../part/screen.tsx";
import { DocumentEditor } from "./document-editor.tsx";

export function NewDocumentsScreen(): ReactNode {
  return (
    <Screen title="Write documents">
      <p>
        What is applied here is kept by the manager <code>ui</code>. Documents that a repository keeps are better
        changed there.
      </p>
      <DocumentEditor document={null} />
    </Screen>
  );
}
