// What is the same for everybody until the mesh is deployed anew: the API's description, as data and as a page. Made
// once for each isolate, as the bytes that are sent: strangers ask for it.
import { bytesResponse } from "../http/answer.ts";
import type { ControlApp } from "../register/register.ts";
import { openApiDocument, type OpenApiDocument } from "./openapi.ts";
import { referencePage } from "./reference-page.ts";
import { styleSource } from "./style-source.ts";

interface KeptPages {
  readonly description: (requestId: string) => Response;
  readonly reference: (requestId: string) => Promise<Response>;
}

interface Kept {
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

export function keptPages(app: ControlApp): KeptPages {
  let description: Kept | null = null;
  let reference: Kept | null = null;
  const answer = ({ bytes, headers }: Kept, requestId: string): Response => bytesResponse(bytes, headers, requestId);
  return {
    description: (requestId) => answer((description ??= descriptionOf(openApiDocument(app))), requestId),
    // Not the promise: it would be the first visit's, and end with it.
    reference: async (requestId) => answer((reference ??= await referenceOf(openApiDocument(app))), requestId),
  };
}

function descriptionOf(document: OpenApiDocument): Kept {
  return {
    bytes: new TextEncoder().encode(JSON.stringify(document)),
    headers: { "content-type": "application/json" },
  };
}

async function referenceOf(document: OpenApiDocument): Promise<Kept> {
  const text = referencePage(document);
  const styles = (await styleSource(text)) ?? "'none'";
  return {
    bytes: new TextEncoder().encode(text),
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src ${styles}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    },
  };
}
