// A mesh as a service sees it from outside: its published keys on a real socket, and assertions that it signs.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { bindingOf } from "../../../src/tokens/assertion.ts";
import { signJws, signerOf, type Signer } from "./jws.ts";

export interface SigningMesh {
  readonly jwksUrl: string;
  /** What it publishes; a test may change it. */
  published: readonly Signer[];
  /** How it answers; a test may change it. */
  answer: (body: string) => { status: number; body: string };
  asked: number;
  readonly assert: (
    signer: Signer,
    nowMs: number,
    claims?: object,
    header?: Record<string, unknown>,
  ) => Promise<string>;
  readonly stop: () => Promise<void>;
}

let ids = 0;

export async function signingMesh(): Promise<SigningMesh> {
  const mesh: { -readonly [K in keyof SigningMesh]: SigningMesh[K] } = {
    jwksUrl: "",
    published: [await signerOf("ES256", "k1")],
    answer: (body) => ({ status: 200, body }),
    asked: 0,
    assert: (signer, nowMs, claims = {}, header = {}) => {
      const iat = Math.floor(nowMs / 1000);
      const names = { iss: "spiffe://mesh.local", aud: ["spiffe://mesh.local/ns/shop/sa/orders", "shop/orders"] };
      const all = { ...names, sub: "anonymous", iat, nbf: iat, exp: iat + 60, jti: `id-${ids++}`, ...claims };
      return signJws(signer, all, { typ: "selvage-assertion+jwt", ...header });
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
  const server = createServer((_request, response) => {
    mesh.asked++;
    const { status, body } = mesh.answer(JSON.stringify({ keys: mesh.published.map(({ jwk }) => jwk) }));
    response.writeHead(status, { "content-type": "application/jwk-set+json" }).end(body);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  mesh.jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/_selvage/.well-known/jwks.json`;
  return mesh;
}

/** Claims that bind an assertion to a request. */
export async function boundTo(method: string, target: string): Promise<object> {
  return { ...(await bindingOf(method, target)) };
}
