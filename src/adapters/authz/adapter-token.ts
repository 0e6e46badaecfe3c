// Which proxies may ask: those that know the secret ADAPTER_TOKEN. Without that secret only a local mesh answers,
// because whoever may ask may also spend other callers' quota.
import { settingsOf } from "../../env/settings.ts";
import type { Env } from "../../env/env.ts";
import type { Refusal } from "../../model/word/problem.ts";

const ADAPTER_TOKEN_HEADER = "selvage-adapter-token";

/** null = it may. */
export async function mayAskAbout({ headers }: Request, env: Env): Promise<Refusal | null> {
  const { adapterToken: secret, isLocalMesh } = settingsOf(env);
  if (secret === null) {
    if (isLocalMesh) {
      return null;
    }
    const detail =
      "Adapters are closed: set the secret ADAPTER_TOKEN, and have the proxy send it as selvage-adapter-token";
    return { problem: "adapterRefused", detail };
  }
  const sent = headers.get(ADAPTER_TOKEN_HEADER);
  if (sent !== null && (await equal(sent, secret))) {
    return null;
  }
  return {
    problem: "adapterRefused",
    detail: "The proxy did not send the mesh's adapter token as selvage-adapter-token",
  };
}

/** Digests have one length: neither length nor common prefix of the secret shows in the time this takes. */
async function equal(left: string, right: string): Promise<boolean> {
  const [a, b] = await Promise.all([left, right].map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))));
  return a !== undefined && b !== undefined && crypto.subtle.timingSafeEqual(a, b);
}

const encoder = new TextEncoder();
