// References between documents that nothing else of the compiler follows, and listeners that are not in service.
import type { Document } from "../../model/document/document.ts";
import type { Finding } from "../../model/word/finding.ts";
import { kindByAnyName } from "../../model/document/kinds.ts";
import { refOf, scopedName } from "../../model/word/refs.ts";
import type { Listeners } from "../route/listeners.ts";
import type { DocumentIndex } from "../documents/document-index.ts";

interface Reference {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly pointer: string;
}

export function lintReferences(world: DocumentIndex, listeners: Listeners): Finding[] {
  return [
    ...world.documents.flatMap((document) => dangling(document, world)),
    ...[...listeners.gateways.values()].flatMap((gateway) =>
      gateway.listeners.flatMap(({ fault }, index): Finding[] => {
        if (fault === null) {
          return [];
        }
        const { namespace, name } = gateway.document.metadata;
        const pointer = `/spec/listeners/${index}`;
        return [
          { severity: "warning", code: "SLV1213", ref: refOf("Gateway", namespace, name), pointer, message: fault },
        ];
      }),
    ),
  ];
}

function dangling(document: Document, world: DocumentIndex): Finding[] {
  const { namespace, name } = document.metadata;
  return referencesOf(document).flatMap((to): Finding[] => {
    if (world.has(to.kind, to.namespace, to.name)) {
      return [];
    }
    const ref = refOf(document.kind, namespace, name);
    const message = `There is no ${to.kind} ${to.namespace}/${to.name}`;
    return [{ severity: "warning", code: "SLV1212", ref, pointer: to.pointer, message }];
  });
}

function referencesOf(document: Document): Reference[] {
  const { namespace } = document.metadata;
  const scoped = (kind: string, text: string, pointer: string): Reference => {
    return { kind, ...scopedName(text, namespace), pointer };
  };
  switch (document.kind) {
    case "Rollout":
    case "Tier":
      return [scoped("Service", document.spec.service, "/spec/service")];
    case "Contract": {
      const service = scoped("Service", document.spec.service, "/spec/service");
      return [
        scoped("Application", document.spec.application, "/spec/application"),
        service,
        { kind: "Tier", namespace: service.namespace, name: document.spec.tier, pointer: "/spec/tier" },
      ];
    }
    case "Override": {
      const { kind, name, namespace: theirs = namespace } = document.spec.target;
      return [{ kind: kindByAnyName(kind) ?? kind, namespace: theirs, name, pointer: "/spec/target" }];
    }
    default:
      return [];
  }
}
