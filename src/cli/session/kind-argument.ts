// The KIND [NAME] of get, describe and delete as people type it: `svc`, `services`, `service/orders`, `svc,route`,
// `all`.
import { kindByAnyName, kinds } from "../../model/document/kinds.ts";
import { didYouMean } from "../../model/word/did-you-mean.ts";

interface What {
  /** Kinds as documents spell them; null = all of them. */
  readonly kinds: readonly string[] | null;
  /** Endpoints are no documents, but are asked for like them. */
  readonly endpoints: boolean;
  readonly name: string | null;
}

export type Understood = { readonly ok: true; readonly what: What } | { readonly ok: false; readonly message: string };

const endpointWords = new Set(["endpoint", "endpoints", "ep"]);

/** `kind` may be a list; `name` may stand behind a slash. */
export function understand(kind: string, name: string | undefined): Understood {
  const [kindPart = "", ...rest] = kind.split("/");
  if (rest.length > 1 || (rest.length === 1 && name !== undefined)) {
    return { ok: false, message: `"${kind}${name === undefined ? "" : ` ${name}`}" is not KIND NAME or KIND/NAME` };
  }
  const wanted = rest[0] ?? name ?? null;
  if (kindPart.toLowerCase() === "all") {
    return { ok: true, what: { kinds: null, endpoints: false, name: wanted } };
  }
  if (endpointWords.has(kindPart.toLowerCase())) {
    return { ok: true, what: { kinds: [], endpoints: true, name: wanted } };
  }
  const found: string[] = [];
  for (const word of kindPart.split(",")) {
    const known = kindByAnyName(word);
    if (known === null) {
      return { ok: false, message: unknown(word) };
    }
    found.push(known);
  }
  return { ok: true, what: { kinds: found, endpoints: false, name: wanted } };
}

function unknown(word: string): string {
  const words = Object.values(kinds).flatMap(({ kind, plural, short }) => [kind, plural].concat(short));
  const close = didYouMean(word, words);
  return `there is no kind "${word}"${close === null ? `; kinds are ${Object.keys(kinds).join(", ")}` : `; did you mean "${close}"?`}`;
}

/** Kinds that belong to the mesh rather than to a namespace: they live in `default` whatever `-n` says. */
export function namespaceFor(kind: string, given: string | null): string {
  const info = Object.values(kinds).find((one) => one.kind === kind);
  return info?.scope === "mesh" ? "default" : (given ?? "default");
}
