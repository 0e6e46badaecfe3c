// Web pages, made with hono's `html`: every string that is put into a template is escaped, unless `html` itself made
// it.
import { html as template, raw } from "hono/html";

export type Html = ReturnType<typeof raw>;

type Part = string | number | readonly Part[];

/** Takes what is at hand only, no promises and no objects, so that a page is made at once. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const made = template(strings, ...parts);
  if (made instanceof Promise) {
    throw new TypeError("a part of the page is not at hand");
  }
  return made;
}

/** Prose with code in it: what stands between backquotes becomes code. */
export function inline(text: string): Html {
  return html`${text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

/**
 * A whole page in the mesh's plain style; readable without any script, in light and dark.
 *
 * @param nonce null = its style is allowed by digest
 */
export function page(title: string, nonce: string | null, body: Html): string {
  const allowed = nonce === null ? "" : html` nonce="${nonce}"`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style${allowed}>
          ${raw(style)}
        </style>
      </head>
      <body>
        <main>${body}</main>
      </body>
    </html> `.toString();
}

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 6rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
code, pre { font: .875em/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: .375rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .375rem .75rem .375rem 0; border-bottom: 1px solid var(--line); }
details { border: 1px solid var(--line); border-radius: .375rem; margin: .5rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; }
.method { display: inline-block; min-width: 4.5rem; font-weight: 600; }
.role { float: right; opacity: .7; }
code, summary, h1, h2, h3 { overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  main { padding: 1rem .75rem 4rem; }
  table { display: block; overflow-x: auto; }
  .role { float: none; display: block; }
}
`;
