// In which line a setting stands: of the operator's own file, where it is at hand, else of what `selvage get … -o yaml`
// prints of the document.
import { isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments, stringify, type Node } from "yaml";
import type { DecisionAnswer } from "../../model/api/explain.ts";
import type { Resource } from "../../model/api/resource.ts";
import type { Bundle } from "../session/bundle-sources.ts";
import type { ApiClient } from "../session/client.ts";
import { resourcePath } from "../session/resource-path.ts";

type Setting = NonNullable<DecisionAnswer["document"]>;

/** `mesh/orders.yaml:23`, `line 23`; null = not known. */
export type LineOf = (setting: Setting) => string | null;

const MOST_DOCUMENTS = 20;

const keyOf = ({ kind, namespace, name }: Omit<Setting, "pointer">): string => `${kind}/${namespace}/${name}`;

/** By files that hold the documents. */
export function linesOfFiles({ body, locate }: Bundle): LineOf {
  const lines = new LineCounter();
  const known = new Map<string, unknown>();
  for (const { contents } of documentsOf(body, lines)) {
    const of = (path: readonly string[]): string => String(isMap(contents) ? (contents.getIn(path) ?? "") : "");
    const namespace = of(["metadata", "namespace"]);
    known.set(
      keyOf({
        kind: of(["kind"]),
        namespace: namespace === "" ? "default" : namespace,
        name: of(["metadata", "name"]),
      }),
      contents,
    );
  }
  return (setting) => {
    const line = lineAt(known.get(keyOf(setting)), setting.pointer, lines);
    const place = line === null ? null : locate(line);
    return place === null ? null : `${place.path}:${place.line}`;
  };
}

/** By the registry's documents, as they are now; those that cannot be read have no lines. */
export async function linesOfRegistry(client: Pick<ApiClient, "call">, settings: readonly Setting[]): Promise<LineOf> {
  const asked = [...new Map(settings.map((one) => [keyOf(one), one])).values()].slice(0, MOST_DOCUMENTS);
  const texts = new Map<string, string>();
  await Promise.all(
    asked.map(async (one) => {
      const answer = await client.call<Resource>("GET", resourcePath(keyOf(one)));
      if (answer.ok) {
        texts.set(keyOf(one), stringify(answer.value, { lineWidth: 0 }));
      }
    }),
  );
  return (setting) => {
    // A whole document begins with its first line.
    const text = setting.pointer === null ? undefined : texts.get(keyOf(setting));
    const lines = new LineCounter();
    const [document] = text === undefined ? [] : documentsOf(text, lines);
    const line = lineAt(document?.contents, setting.pointer, lines);
    return line === null ? null : `line ${line}`;
  };
}

function documentsOf(text: string, lineCounter: LineCounter) {
  const documents = parseAllDocuments(text, { lineCounter });
  return Array.isArray(documents) ? documents : [];
}

/** Of the key where the setting has one: its value may begin below. */
function lineAt(contents: unknown, pointer: string | null, lines: LineCounter): number | null {
  let [node, place]: [unknown, unknown] = [contents, contents];
  for (const part of (pointer ?? "").split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (isMap(node)) {
      const pair = node.items.find((one) => isPair(one) && isScalar(one.key) && String(one.key.value) === name);
      [node, place] = [pair?.value, pair?.key];
    } else {
      node = isSeq(node) ? node.items[Number(name)] : undefined;
      place = node;
    }
  }
  const range = (place as Node | undefined)?.range;
  return range === undefined || range === null ? null : lines.linePos(range[0]).line;
}
