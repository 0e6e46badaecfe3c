// `selvage import istio|gateway-api|anypoint|flagger|argo-rollouts -f …`: what somebody else's configuration is here,
// as YAML for `apply`, and on stderr everything that could not be said. It asks no mesh.
import { yamlText } from "../print/yaml-text.ts";
import { sayError } from "../session/error-line.ts";
import type { Imported, ImportNote } from "../../adapters/source/import-note.ts";
import type { Source } from "../../model/read/source.ts";
import { fromPointer } from "../../model/word/json-pointer.ts";
import { counted } from "../../model/word/plural.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData } from "../print/print-data.ts";
import type { CliSession } from "../session/session.ts";
import { readSources } from "../session/sources.ts";
import { linesOfNotes, type PlacedNote } from "../print/print-notes.ts";

export const importFormats = ["istio", "gateway-api", "anypoint", "flagger", "argo-rollouts"] as const;

export interface ImportOptions {
  readonly filename: readonly string[];
  /** Any note refuses: nothing is printed on stdout. */
  readonly strict?: boolean;
  /** TRUST_DOMAIN of the mesh that the documents are for. */
  readonly trustDomain: string;
  /** `iss` of tokens, where what is imported does not say it. */
  readonly jwtIssuer?: string;
}

export async function importDocuments(
  session: CliSession,
  format: (typeof importFormats)[number],
  options: ImportOptions,
): Promise<ExitCode> {
  const { terminal, output } = session;
  const fail = (message: string, code: ExitCode): ExitCode => {
    sayError(terminal, message);
    return code;
  };
  const read = readSources(options.filename);
  if (!read.ok) {
    return fail(read.message, exitCodes.usage);
  }
  const { readYaml } = await import("../../model/read/yaml-source.ts");
  const values: unknown[] = [];
  const files: ReadFile[] = [];
  for (const { path, text } of read.sources) {
    const parsed = readYaml(text);
    if (!parsed.ok) {
      const [first] = parsed.items;
      const where = first?.line === undefined ? path : `${path}:${first.line}:${first.column ?? 1}`;
      return fail(`${where}: ${first?.detail ?? "it cannot be read"}`, exitCodes.validation);
    }
    for (const { value, locate } of parsed.sources) {
      values.push(value);
      files.push({ path, value, locate });
    }
  }
  const imported = await translate(format, values, options);
  const { documents } = imported;
  const notes = await placed(imported.notes, files);
  const refused = options.strict === true && notes.length > 0;
  if (output === "json") {
    terminal.out(JSON.stringify({ documents: refused ? [] : documents, notes }, null, 2));
  } else {
    for (const line of linesOfNotes(notes, terminal)) {
      terminal.err(line);
    }
    if (!refused && documents.length > 0) {
      const texts = await Promise.all(documents.map((one) => yamlText(one, { aliasDuplicateObjects: false })));
      const yaml = texts.join("\n---\n");
      await printData(
        { ...session, output: output === "name" ? "name" : "table" },
        {
          data: imported,
          human: () => [yaml],
          names: () => documents.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`),
        },
      );
    }
  }
  const dropped = notes.filter(({ severity }) => severity === "dropped").length;
  terminal.err(
    `${counted(documents.length, "document")}, ${counted(notes.length, "note")} (${dropped} dropped, ${notes.length - dropped} changed)`,
  );
  if (!refused) {
    return exitCodes.ok;
  }
  terminal.err("Nothing was printed: with --strict, everything must be expressed as it was.");
  return exitCodes.validation;
}

async function translate(
  format: (typeof importFormats)[number],
  values: readonly unknown[],
  { trustDomain, jwtIssuer }: ImportOptions,
): Promise<Imported> {
  if (format === "gateway-api") {
    const { importGatewayApi } = await import("../../adapters/source/import-gateway-api.ts");
    return importGatewayApi(values);
  }
  if (format === "anypoint") {
    const [{ importAnypoint }, { jwkOf }] = await Promise.all([
      import("../../adapters/anypoint/import-anypoint.ts"),
      import("../session/public-key.ts"),
    ]);
    return importAnypoint(values, { jwkOf, ...(jwtIssuer === undefined ? {} : { jwtIssuer }) });
  }
  if (format === "flagger") {
    const { importFlagger } = await import("../../adapters/flagger/import-flagger.ts");
    return importFlagger(values);
  }
  if (format === "argo-rollouts") {
    const { importArgoRollouts } = await import("../../adapters/argo/import-argo-rollouts.ts");
    return importArgoRollouts(values);
  }
  const { importIstio } = await import("../../adapters/istio/import-istio.ts");
  return importIstio(values, { trustDomain });
}

interface ReadFile {
  readonly path: string;
  readonly value: unknown;
  readonly locate: Source["locate"];
}

/** With the line that each note is about, where its document stands in one of the files. */
async function placed(notes: readonly ImportNote[], files: readonly ReadFile[]): Promise<PlacedNote[]> {
  const { placesIn } = await import("../../adapters/source/source-documents.ts");
  const places = files.map((file) => ({ file, documents: placesIn(file.value) }));
  return notes.map((note): PlacedNote => {
    const found = places.find(({ documents }) => documents.has(note.ref));
    const path = found?.documents.get(note.ref);
    if (found === undefined || path === undefined) {
      return note;
    }
    const position = found.file.locate([...path, ...fromPointer(note.pointer)], true);
    return position === null ? note : Object.assign({ file: found.file.path, ...position }, note);
  });
}
