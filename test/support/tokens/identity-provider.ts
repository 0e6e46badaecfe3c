// An OpenID provider, and the certificates of Cloudflare Access, on loopback: for journeys. Everybody who comes is let
// in as whom the test says; what it signs can be spoilt on purpose.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { signerOf, signJws, type Signer } from "./jws.ts";

export const CLIENT_ID = "selvage";
export const CLIENT_SECRET = "s3cret: with/odd chars";

export interface IdentityProvider {
  readonly issuer: string;
  readonly signer: Signer;
  /** Paths asked for so far. */
  readonly asked: readonly string[];
  /** What the next ID tokens say beside what they must; `undefined` leaves a claim out. */
  claims: Readonly<Record<string, unknown>>;
  /** Takes the place of the next ID tokens, made of the claims that would be right. */
  forge: ((right: Readonly<Record<string, unknown>>) => Promise<string>) | null;
  /** Remembers what a browser was sent here with, and gives the code that it takes back. */
  authorize(location: string): { readonly code: string; readonly state: string; readonly redirectUri: string };
  /** A token of this provider. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

export async function startIdentityProvider(): Promise<IdentityProvider> {
  const signer = await signerOf("RS256");
  const asked: string[] = [];
  const codes = new Map<string, URLSearchParams>();
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url?.startsWith("/authorize?") === true) {
      // A browser that follows redirects by itself: whoever comes is let in and sent back.
      const { code, state, redirectUri } = provider.authorize(`${issuer}${request.url}`);
      response.writeHead(303, { location: `${redirectUri}?${new URLSearchParams({ code, state }).toString()}` });
      response.end();
      return;
    }
    void (async () => {
      const { status, body } = await answer(request);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;

  const answer = async (request: IncomingMessage): Promise<{ status: number; body: object }> => {
    switch (request.url) {
      case "/.well-known/openid-configuration":
        return {
          status: 200,
          body: {
            issuer,
            authorization_endpoint: `${issuer}/authorize?prompt=login`,
            token_endpoint: `${issuer}/token`,
            jwks_uri: `${issuer}/jwks`,
          },
        };
      case "/jwks":
      case "/cdn-cgi/access/certs":
        return { status: 200, body: { keys: [signer.jwk] } };
      case "/token":
        return token(new URLSearchParams(await textOf(request)), request.headers.authorization ?? "");
      default:
        return { status: 404, body: {} };
    }
  };

  const token = async (form: URLSearchParams, authorization: string): Promise<{ status: number; body: object }> => {
    const code = form.get("code") ?? "";
    const sent = codes.get(code);
    codes.delete(code);
    const encoded = [CLIENT_ID, CLIENT_SECRET].map((part) => new URLSearchParams({ "": part }).toString().slice(1));
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const good =
      form.get("grant_type") === "authorization_code" &&
      authorization === `Basic ${Buffer.from(encoded.join(":")).toString("base64")}` &&
      sent?.get("redirect_uri") === form.get("redirect_uri") &&
      sent.get("code_challenge") === challenge;
    if (!good) {
      return { status: 400, body: { error: "invalid_grant" } };
    }
    const now = Math.floor(Date.now() / 1000);
    const right = {
      iss: issuer,
      aud: CLIENT_ID,
      sub: "mia-1",
      iat: now,
      exp: now + 300,
      nonce: sent.get("nonce"),
      ...provider.claims,
    };
    const idToken = provider.forge === null ? await signJws(signer, right) : await provider.forge(right);
    return { status: 200, body: { access_token: "x", token_type: "Bearer", id_token: idToken } };
  };

  const provider: IdentityProvider = {
    issuer,
    signer,
    asked,
    claims: {},
    forge: null,
    authorize(location) {
      const query = new URL(location).searchParams;
      const code = `code-${codes.size}-${query.get("state")}`;
      codes.set(code, query);
      return { code, state: query.get("state") ?? "", redirectUri: query.get("redirect_uri") ?? "" };
    },
    sign: (claims) => signJws(signer, claims),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return provider;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
  }
  return text;
}
