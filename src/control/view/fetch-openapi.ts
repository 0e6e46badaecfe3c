// Fetches the OpenAPI description that a Service points to, from where its own cluster may reach. Nothing but an
// OpenAPI description comes back, so that nobody reads other things through it.
import { guardedFetch } from "../../bounded/guarded-fetch.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { readYaml } from "../../model/read/yaml-source.ts";

const TIMEOUT_MS = 5000;
const MAX_BYTES = 2 * 1024 * 1024;

type Description = { readonly ok: true; readonly value: object } | { readonly ok: false; readonly refusal: Refusal };

export async function fetchOpenApi(url: string, allowPrivate: boolean): Promise<Description> {
  const fetched = await guardedFetch(url, {
    allowPrivate,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    headers: { accept: "application/json, application/yaml;q=0.9, */*;q=0.5" },
  });
  if (fetched.ok) {
    const value = readDescription(fetched.text);
    return value === null ? failed(`${url} is no OpenAPI description.`) : { ok: true, value };
  }
  switch (fetched.why) {
    case "address":
      return failed(fetched.message);
    case "status":
      return failed(`${url} answered ${fetched.status}.`);
    case "too-large":
      return failed(`${url} has more than ${MAX_BYTES} bytes (2 MiB).`);
    case "unreachable":
      return failed(`${url} cannot be reached.`);
    case "late": {
      const detail = `${url} did not answer within ${TIMEOUT_MS / 1000} s.`;
      return { ok: false, refusal: { problem: "deadlineExceeded", detail } };
    }
  }
}

function failed(detail: string): Description {
  return { ok: false, refusal: { problem: "upstreamFailed", detail } };
}

/** null = neither JSON nor YAML, or nothing that calls itself OpenAPI (or Swagger 2). */
function readDescription(text: string): object | null {
  const value = readJson(text) ?? fromYaml(text);
  if (typeof value !== "object" || value === null) {
    return null;
  }
  const says = "openapi" in value ? value.openapi : "swagger" in value ? value.swagger : null;
  return typeof says === "string" ? value : null;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fromYaml(text: string): unknown {
  const read = readYaml(text);
  return read.ok ? read.sources[0]?.value : null;
}
