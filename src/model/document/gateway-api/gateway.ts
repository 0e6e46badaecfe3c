// `Gateway` of the Gateway API v1.6: where HTTPRoutes are reached. `gatewayClassName` may be anything:
// there is one implementation here, and every Gateway belongs to it.
import * as z from "zod";
import { gatewayTlsSchema, listenerTlsSchema } from "./gateway-tls.ts";
import { pathEncodingSchema } from "../field/path-encoding.ts";
import { hostnameSchema } from "../field/hostname.ts";
import { annotationsSchema, atMost, labelSelectorSchema, labelsSchema } from "../field/label-selector.ts";
import { groupSchema, kindSchema, objectNameSchema, portSchema, sectionNameSchema } from "../field/names.ts";
import { quote, say } from "../../word/wording.ts";

function namespacesSchema(fallback: "Same" | "None") {
  return z
    .strictObject({
      from: z.enum(["All", "Selector", "Same", "None"]).default(fallback),
      selector: labelSelectorSchema.optional(),
    })
    .refine(({ from, selector }) => from !== "Selector" || selector !== undefined, {
      error: say("from: Selector needs a selector", "Add selector with matchLabels, or use from: All or Same."),
      path: ["selector"],
    });
}

const PROTOCOL =
  /^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9]+$/;

const listenerSchema = z
  .strictObject({
    name: sectionNameSchema,
    hostname: hostnameSchema.optional(),
    pathEncoding: pathEncodingSchema,
    port: portSchema,
    protocol: z
      .string()
      .min(1)
      .max(255)
      .regex(PROTOCOL, {
        error: (issue) => say(`${quote(issue.input)} is not a protocol`, "Write HTTP or HTTPS."),
      })
      .describe("Core protocols (HTTP, HTTPS, TLS, TCP, UDP) compare without regard to case."),
    tls: listenerTlsSchema.optional(),
    allowedRoutes: z
      .strictObject({
        namespaces: namespacesSchema("Same").prefault({}),
        kinds: z
          .array(z.strictObject({ group: groupSchema.default("gateway.networking.k8s.io"), kind: kindSchema }))
          .max(8)
          .default([]),
      })
      .prefault({}),
  })
  .superRefine(({ protocol, tls, hostname }, context) => {
    const core = protocol.toUpperCase();
    const report = (path: string, input: unknown, detail: string, hint: string): void => {
      context.addIssue({ code: "custom", message: say(detail, hint), path: [path], input });
    };
    if (tls !== undefined && ["HTTP", "TCP", "UDP"].includes(core)) {
      report("tls", tls, `A listener with protocol ${protocol} has no TLS`, "Remove tls, or use protocol: HTTPS.");
    }
    if (tls?.mode === "Passthrough" && core === "HTTPS") {
      report("tls", tls, "An HTTPS listener must terminate TLS to see requests", "Use mode: Terminate.");
    }
    if (tls === undefined && core === "TLS") {
      report("tls", tls, "A TLS listener must say what becomes of the TLS session", "Add tls with its mode.");
    }
    if (hostname !== undefined && (core === "TCP" || core === "UDP")) {
      report("hostname", hostname, `A listener with protocol ${protocol} sees no hostnames`, "Remove hostname.");
    }
  });

const ADDRESS_TYPE =
  /^(?:Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+)$/;

function isAddress(text: string): boolean {
  return z.ipv4().safeParse(text).success || z.ipv6().safeParse(text).success;
}

const addressSchema = z
  .strictObject({
    type: z
      .string()
      .min(1)
      .max(253)
      .regex(ADDRESS_TYPE, {
        error: (issue) =>
          say(
            `${quote(issue.input)} is not a type of address`,
            "Write IPAddress, Hostname, or a type of a vendor such as example.com/Type.",
          ),
      })
      .default("IPAddress"),
    value: z.string().max(253).default(""),
  })
  .refine(({ type, value }) => type !== "IPAddress" || value === "" || isAddress(value), {
    error: say("The address is not an IP address", "Write an IPv4 or IPv6 address without port, or leave value out."),
    path: ["value"],
  })
  .refine(({ type, value }) => type !== "Hostname" || value === "" || hostnameSchema.safeParse(value).success, {
    error: say("The address is not a hostname", "Write a lower-case DNS name, or leave value out."),
    path: ["value"],
  });

const infrastructureSchema = z.strictObject({
  labels: atMost(labelsSchema, 8, "labels").default({}),
  annotations: annotationsSchema(8, "annotations").default({}),
  parametersRef: z.strictObject({ group: groupSchema, kind: kindSchema, name: objectNameSchema }).optional(),
});

export const gatewaySpecSchema = z
  .strictObject({
    gatewayClassName: z.string().min(1).max(253),
    listeners: z.array(listenerSchema).min(1).max(64),
    addresses: z.array(addressSchema).max(16).default([]),
    infrastructure: infrastructureSchema.optional(),
    allowedListeners: z.strictObject({ namespaces: namespacesSchema("None").prefault({}) }).optional(),
    tls: gatewayTlsSchema.optional(),
    defaultScope: z
      .enum(["All", "None"])
      .optional()
      .describe("Experimental: routes with a fitting useDefaultGateways attach by themselves (GEP-3793)."),
  })
  .superRefine(({ listeners, addresses }, context) => {
    const repeats = (list: string, keys: readonly (string | null)[], field: string, describe: string): void => {
      for (const [index, key] of keys.entries()) {
        const first = keys.indexOf(key);
        if (key === null || first === index) {
          continue;
        }
        const message = say(
          `Entry ${index} has the same ${describe} as entry ${first}`,
          "Change or remove one of them.",
        );
        context.addIssue({ code: "custom", message, path: [list, index, field], input: key });
      }
    };
    repeats(
      "listeners",
      listeners.map((listener) => listener.name),
      "name",
      "name",
    );
    repeats(
      "listeners",
      listeners.map(({ port, protocol, hostname }) => JSON.stringify([port, protocol, hostname ?? null])),
      "port",
      "port, protocol and hostname",
    );
    repeats(
      "addresses",
      addresses.map(({ type, value }) => (value === "" ? null : JSON.stringify([type, value]))),
      "value",
      "address",
    );
  });

export type GatewayListener = z.infer<typeof listenerSchema>;
