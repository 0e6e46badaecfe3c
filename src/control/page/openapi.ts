// The OpenAPI 3.1 document of the admin API, made from the same schemas that the handlers validate with. Made once for
// each isolate: what is registered does not change.
import { OpenApiGeneratorV31 } from "@asteasolutions/zod-to-openapi";
import type { ControlApp } from "../register/register.ts";

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31["generateDocument"]>;

const made = new WeakMap<ControlApp, OpenApiDocument>();

export function openApiDocument(app: ControlApp): OpenApiDocument {
  const known = made.get(app);
  if (known) {
    return known;
  }
  const document = new OpenApiGeneratorV31(app.registry.definitions).generateDocument({
    openapi: "3.1.0",
    info: {
      title: "Selvage admin API",
      version: "v1",
      description:
        "The control plane of a Selvage mesh. Every refusal is `application/problem+json` (RFC 9457) with a stable code; " +
        "`x-selvage-role` is the weakest role that may make a call, `x-selvage-scope` what a token that is limited to " +
        "namespaces may reach with it.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/", description: "The mesh that serves this document." }],
  });
  document.components = {
    ...document.components,
    securitySchemes: {
      operator: {
        type: "http",
        scheme: "bearer",
        description:
          "The bootstrap token (`SELVAGE_ADMIN_TOKEN`), an API token (`slv_…`), or a token of the configured OpenID provider. " +
          "Browsers have a session instead (`/_selvage/login`), and must show that they write from a page of this host.",
      },
      consumer: {
        type: "http",
        scheme: "basic",
        description:
          "An Application's client id and secret; the token that `POST /_selvage/v1/oauth/token` gives for them does as well, " +
          "as a bearer token.",
      },
    },
  };
  made.set(app, document);
  return document;
}
