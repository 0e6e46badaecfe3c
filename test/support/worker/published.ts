// Fetches what the mesh publishes for everybody.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { Env } from "../../../src/env/env.ts";
import worker from "../../../src/index.ts";

/** What everybody may read, and caches may keep for a while. */
export async function published(
  name: string,
  variables: Partial<Env> = {},
): Promise<{ headers: Headers; text: string }> {
  const ctx = createExecutionContext();
  const request = new Request(`https://somebody.example/_selvage/.well-known/${name}`);
  const answer = await worker.fetch(request, { ...env, ...variables }, ctx);
  const { headers } = answer;
  const text = await answer.text();
  await waitOnExecutionContext(ctx);
  expect(headers.get("cache-control")).toBe("no-store");
  return { headers, text };
}
