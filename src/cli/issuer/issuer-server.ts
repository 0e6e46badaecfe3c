// An issuer of tokens for trying things: whoever asks gets what they ask for, signed with a key that lives as long as
// the process. It listens on loopback only, because that is all that stands between its tokens and everybody.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { parseDuration } from "../../model/document/field/duration.ts";

export interface IssuerServer {
  readonly url: string;
  stop(): Promise<void>;
}

const KEY_ID = "dev";
const ALGORITHM = "ES256";
const LONGEST_MS = 86_400_000;
/** Claims that the issuer itself writes. */
const OWN = new Set(["iss", "iat", "exp"]);

/** Listening when it answers; throws what listening throws. @param port 0 = a free one */
export async function startIssuer(port: number, now: () => number): Promise<IssuerServer> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM);
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: ALGORITHM, use: "sig" }] };
  let url = "";
  const server = createServer((incoming, outgoing) => {
    answer(incoming)
      .then(([status, type, text]) => reply(outgoing, status, type, text))
      .catch(() => reply(outgoing, 500, "text/plain", "the issuer failed\n"));
  });

  async function answer(incoming: IncomingMessage): Promise<readonly [status: number, type: string, text: string]> {
    const { pathname, searchParams } = new URL(incoming.url ?? "/", url);
    switch (pathname) {
      case "/.well-known/openid-configuration":
        return json({ issuer: url, jwks_uri: `${url}/jwks.json`, token_endpoint: `${url}/token` });
      case "/jwks.json":
        return json(jwks);
      case "/token": {
        const lifeMs = parseDuration(searchParams.get("ttl") ?? "10m");
        if (lifeMs === null || lifeMs > LONGEST_MS) {
          return [400, "text/plain", "ttl wants a duration of at most 24h\n"];
        }
        const token = await new SignJWT(claimsOf(searchParams))
          .setProtectedHeader({ alg: ALGORITHM, kid: KEY_ID, typ: "JWT" })
          .setIssuer(url)
          .setIssuedAt(Math.floor(now() / 1000))
          .setExpirationTime(Math.floor((now() + lifeMs) / 1000))
          .sign(privateKey);
        return [200, "text/plain", `${token}\n`];
      }
      default:
        return [404, "text/plain", "try /token?sub=mia&aud=orders, /jwks.json, /.well-known/openid-configuration\n"];
    }
  }

  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : port}`;
  return {
    url,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Each parameter is a claim; one that is given several times is a list, `aud` and `scope` included. */
function claimsOf(parameters: URLSearchParams): Record<string, unknown> {
  const claims: Record<string, unknown> = { sub: "somebody" };
  for (const name of new Set(parameters.keys())) {
    if (name === "ttl" || OWN.has(name)) {
      continue;
    }
    const values = parameters.getAll(name);
    claims[name] = values.length > 1 ? values : values[0];
  }
  return claims;
}

const json = (value: object) => [200, "application/json", JSON.stringify(value)] as const;

function reply(outgoing: ServerResponse, status: number, type: string, text: string): void {
  outgoing.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  outgoing.end(text);
}
