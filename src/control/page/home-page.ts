// `/_selvage/`: what is to be found here, and whom the mesh takes the visitor for. Without script, and nothing of what
// is configured.
import type { Operator } from "../operator/operator.ts";
import { html, page } from "./html.ts";

/** @param operator null = nobody who has proven anything */
export function homePage(operator: Operator | null, nonce: string): string {
  const who =
    operator === null
      ? html`<p>You are not logged in. <a href="/_selvage/login">Log in</a></p>`
      : html`<p>
            You are <strong>${operator.name}</strong>,
            ${operator.role}${operator.namespaces === null ? "" : ` of ${operator.namespaces.join(", ")}`}.
          </p>
          <form method="post" action="/_selvage/logout">
            <p><button>Log out</button></p>
          </form>`;
  return page(
    "Selvage",
    nonce,
    html`<h1>Selvage</h1>
      <p>A service mesh. What it routes stands under every other path; this one is its own.</p>
      ${who}
      <h2>Here</h2>
      <ul>
        <li><a href="/_selvage/ui/">The dashboard</a>, and the <a href="/_selvage/portal/">consumers' portal</a></li>
        <li><a href="/_selvage/docs">The admin API</a>, and its <a href="/_selvage/openapi.json">description</a></li>
        <li><a href="/_selvage/readyz">Whether it is ready</a></li>
        <li><a href="/_selvage/.well-known/jwks.json">Keys that services check its word with</a></li>
      </ul>
      <h2>In a terminal</h2>
      <pre>
selvage status
selvage get services -A
selvage apply -f mesh.yaml --wait</pre>`,
  );
}
