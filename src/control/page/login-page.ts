// The page where an operator logs in with a token, and the one that leads on after a login. Without script.
import { html, page } from "./html.ts";

interface LoginPage {
  /** Where to go afterwards. */
  readonly returnTo: string;
  /** What was wrong the last time; null = nothing. */
  readonly message: string | null;
  readonly hasProvider: boolean;
}

export function loginPage({ returnTo, message, hasProvider }: LoginPage, nonce: string): string {
  const provider = html`<p><a href="/_selvage/login">Log in with your identity provider</a></p>`;
  return page(
    "Log in · Selvage",
    nonce,
    html`<h1>Log in</h1>
      ${message === null ? "" : html`<p role="alert"><strong>${message}</strong></p>`}
      <form method="post" action="/_selvage/login">
        <input type="hidden" name="return" value="${returnTo}" />
        <p>
          <label
            >Operator token<br /><input type="password" name="token" required autofocus autocomplete="off"
          /></label>
        </p>
        <p><button>Log in</button></p>
      </form>
      <p>
        A token is made with <code>selvage token create</code>. The session ends after eight hours, or after one without
        use.
      </p>
      ${hasProvider ? provider : ""}`,
  );
}

/** A page and not a redirect: a browser that comes from another site sends no strict cookie along a redirect. */
export function arrivedPage(returnTo: string, nonce: string): string {
  return page(
    "Logged in · Selvage",
    nonce,
    html`<meta http-equiv="refresh" content="0; url=${returnTo}" />
      <p>Logged in. <a href="${returnTo}">Go on</a></p>`,
  );
}
