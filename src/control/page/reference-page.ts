// `/_selvage/docs`: the OpenAPI document as a page. Rendered here, without any script or foreign asset, so that it also
// works where the mesh runs and nothing else can be reached.
import { type Html, html, inline, page } from "./html.ts";
import type { OpenApiDocument } from "./openapi.ts";
import { isRecord } from "../../model/word/record.ts";

type PathItem = NonNullable<OpenApiDocument["paths"]>[string];
type Operation = NonNullable<PathItem["get"]>;
interface Entry {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const methods = ["get", "put", "post", "delete"] as const;

export function referencePage(document: OpenApiDocument): string {
  const byTag = Map.groupBy(entriesOf(document), ({ operation }) => operation.tags?.[0] ?? "other");
  return page(
    document.info.title,
    null,
    html`<h1>${document.info.title}</h1>
      <p>
        ${inline(document.info.description ?? "")} The same as data:
        <a href="/_selvage/openapi.json">/_selvage/openapi.json</a>.
      </p>
      <nav>
        <p>${[...byTag.keys()].map((tag) => html`<a href="#${tag}">${tag}</a> · `)}<a href="#schemas">schemas</a></p>
      </nav>
      ${[...byTag].map(
        ([tag, entries]) =>
          html`<h2 id="${tag}">${tag}</h2>
            ${entries.map(operationHtml)}`,
      )}
      <h2 id="schemas">schemas</h2>
      ${Object.entries(document.components?.schemas ?? {}).map(
        ([name, schema]) =>
          html`<details id="schema-${name}">
            <summary><code>${name}</code></summary>
            ${json(schema)}
          </details>`,
      )}`,
  );
}

function entriesOf(document: OpenApiDocument): Entry[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method: method.toUpperCase(), path, operation }] : [];
    }),
  );
}

function operationHtml({ method, path, operation }: Entry): Html {
  return html`<details id="${operation.operationId ?? path}">
    <summary>
      <span class="method">${method}</span><code>${path}</code>
      <span class="role">${String(operation["x-selvage-role"])}</span><br />${inline(operation.summary ?? "")}
    </summary>
    ${operation.description ? html`<p>${inline(operation.description)}</p>` : ""}
    ${parametersHtml(operation)}${bodyHtml(operation)}
    <table>
      <tr>
        <th>status</th>
        <th>answer</th>
        <th>schema</th>
      </tr>
      ${Object.entries(operation.responses ?? {}).map(
        ([status, response]) =>
          html`<tr>
            <td>${status}</td>
            <td>${inline("description" in response ? String(response.description) : "")}</td>
            <td>${"content" in response ? contentHtml(response.content) : ""}</td>
          </tr>`,
      )}
    </table>
  </details>`;
}

function parametersHtml(operation: Operation): Html | "" {
  const rows = (operation.parameters ?? []).flatMap((parameter) =>
    "name" in parameter
      ? [
          html`<tr>
            <td><code>${parameter.name}</code></td>
            <td>${parameter.in}${parameter.required ? ", required" : ""}</td>
            <td>${inline(describeParameter(parameter))}</td>
          </tr>`,
        ]
      : [],
  );
  return rows.length === 0
    ? ""
    : html`<table>
        <tr>
          <th>parameter</th>
          <th>in</th>
          <th></th>
        </tr>
        ${rows}
      </table>`;
}

function describeParameter(parameter: { description?: string; schema?: object }): string {
  const schema: Record<string, unknown> = { ...parameter.schema };
  const limits = ["enum", "default", "minimum", "maximum", "pattern"]
    .filter((key) => schema[key] !== undefined)
    .map((key) => `${key} \`${JSON.stringify(schema[key])}\``);
  const description = parameter.description ?? (typeof schema.description === "string" ? schema.description : "");
  return [description, limits.join(", ")].filter((text) => text !== "").join(" ");
}

function bodyHtml(operation: Operation): Html | "" {
  const body = operation.requestBody;
  if (body === undefined || !("content" in body)) {
    return "";
  }
  return html`<p>Body${body.required ? "" : " (may be left out)"}: ${contentHtml(body.content)}</p>`;
}

function contentHtml(content: unknown): Html {
  const kinds = Object.entries(isRecord(content) ? content : {});
  return html`${kinds.map(([type, media]) => html`<code>${type}</code> ${schemaLink(isRecord(media) ? media.schema : null)} `)}`;
}

function schemaLink(schema: unknown): Html | "" {
  const ref = isRecord(schema) ? schema.$ref : null;
  if (typeof ref !== "string") {
    return "";
  }
  const name = ref.replace("#/components/schemas/", "");
  return html`<a href="#schema-${name}">${name}</a>`;
}

function json(value: unknown): Html {
  return html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
}
