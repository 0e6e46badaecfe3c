// Fetches the OpenAPI description that a Service points to. A URL in a document is somebody's wish that this Worker make
// a request, so: only where the service's own cluster may reach, no redirects, a deadline, a cap, and only an OpenAPI
// description comes back, so that nobody reads other things through it.
import { refusalForAddress } from "../../decide/text/address.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { readYaml } from "../../model/read/yaml-source.ts";
import { readBytes } from "../http/read-bytes.ts";

const TIMEOUT_MS = 5000;
const MAX_BYTES = 2 * 1024 * 1024;

type Description = { readonly ok: true; readonly value: object } | { readonly ok: false; readonly refusal: Refusal };

export async function fetchOpenApi(url: string, allowPrivate: boolean): Promise<Description> {
  const fault = refusalForAddress(url, { allowPrivate });
  if (fault !== null) return failed(fault);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal,
      headers: { accept: "application/json, application/yaml;q=0.9, */*;q=0.5" },
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return failed(`${url} answered ${response.status}.`);
    }
    const bytes = await readBytes(response.body, MAX_BYTES);
    if (bytes === null) return failed(`${url} has more than ${MAX_BYTES} bytes (2 MiB).`);
    const value = readDescription(new TextDecoder().decode(bytes));
    return value === null ? failed(`${url} is no OpenAPI description.`) : { ok: true, value };
  } catch {
    if (!signal.aborted) return failed(`${url} cannot be reached.`);
    const detail = `${url} did not answer within ${TIMEOUT_MS / 1000} s.`;
    return { ok: false, refusal: { problem: "deadlineExceeded", detail } };
  }
}

function failed(detail: string): Description {
  return { ok: false, refusal: { problem: "upstreamFailed", detail } };
}

/** null = neither JSON nor YAML, or nothing that calls itself OpenAPI (or Swagger 2). */
function readDescription(text: string): object | null {
  const value = readJson(text) ?? fromYaml(text);
  if (typeof value !== "object" || value === null) return null;
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
