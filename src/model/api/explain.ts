// What the admin API says when it is asked why: a request that nobody sends, and every decision about it.
import * as z from "zod";
import { carriedValueSchema, headerNameSchema } from "../document/field/http-header.ts";
import { explainedOutcomes } from "../word/explained.ts";
import { say } from "../word/wording.ts";

/** The longest that is taken: what a request may be at most, and what JSON adds to it. */
const MOST_HEADERS = 200;

const NO_ADDRESS = { error: say("This is not an IP address", "Write 192.0.2.7 or 2001:db8::7, without a zone.") };

export const explainRequestSchema = z
  .strictObject({
    method: z
      .string()
      .regex(/^[A-Za-z]{1,32}$/, { error: say("A method is letters", "Write GET, for example.") })
      .transform((method) => method.toUpperCase())
      .default("GET"),
    url: z
      .string()
      .max(16_384)
      .refine((text) => text.startsWith("/") || /^https?:/.test(URL.parse(text)?.protocol ?? ""), {
        error: say("This is not the address of a request", "Write https://…, or a path of the mesh that is asked: /…."),
      })
      .meta({
        description:
          "As a caller would ask for it: `https://shop.example.com/orders?x=1`, or a path of the mesh that is asked.",
      }),
    headers: z
      .record(headerNameSchema, carriedValueSchema.max(32_768))
      .refine((headers) => Object.keys(headers).length <= MOST_HEADERS, `At most ${MOST_HEADERS} headers.`)
      .default({})
      .meta({ description: "Used and forgotten: nothing of them is stored or answered." }),
    clientIp: z
      .union([z.ipv4(NO_ADDRESS), z.ipv6(NO_ADDRESS)])
      .optional()
      .meta({
        description: "The caller's address; left out = not known, and policies about addresses let nobody unknown in.",
      }),
    revision: z.int().min(0).optional().meta({ description: "A stored revision; left out = the newest." }),
    as: z.string().min(1).max(600).optional().meta({
      description:
        "SPIFFE ID of a workload or an application that is taken for proven, without its credential. For operators; one that is limited to namespaces imagines only callers of these.",
    }),
  })
  .meta({ id: "ExplainRequest" });

const deciderSchema = z
  .object({
    kind: z.string(),
    namespace: z.string(),
    name: z.string(),
    pointer: z.string().nullable().meta({
      description: "JSON Pointer to the setting inside the document: `/spec/rules/0`; null = the document as a whole.",
    }),
  })
  .meta({ id: "DecidingDocument" });

const alternativeSchema = z
  .object({
    document: deciderSchema.nullable().meta({ description: "null = none, such as another backend of the rule." }),
    why: z.string(),
  })
  .meta({ id: "AlternativeNotTaken" });

const decisionSchema = z
  .object({
    stage: z
      .string()
      .meta({ description: "Such as `admit`, `route`, `authenticate`, `authorize`, `limit`, `forward`." }),
    outcome: z.enum(explainedOutcomes).meta({
      description:
        "`answered`: the rule answers by itself. `noted`: only reported (AUDIT, shadow). `unknown`: a call would decide, which is not made.",
    }),
    document: deciderSchema
      .nullable()
      .meta({ description: "What decided; null = no document, or one that is withheld." }),
    detail: z.string(),
    alternatives: z.array(alternativeSchema).readonly(),
    withheld: z
      .boolean()
      .meta({ description: "It was decided by a document of a namespace that the operator may not see." }),
  })
  .meta({ id: "ExplainedDecision" });

const explainedEndpointSchema = z
  .object({
    id: z.string(),
    address: z.string().meta({ description: "A URL, or `binding <name>`." }),
    cluster: z.string(),
    version: z.string().nullable(),
    weight: z.number(),
    priority: z.int(),
    eligible: z.boolean().meta({ description: "Whether it could answer now." }),
    why: z.string().nullable().meta({ description: "What keeps it back, or speaks against it." }),
  })
  .meta({ id: "ExplainedEndpoint" });

const problemSchema = z
  .looseObject({ code: z.string(), title: z.string(), status: z.int(), detail: z.string() })
  .meta({ id: "ExplainedProblem" });

export const explanationSchema = z
  .object({
    revision: z.int(),
    request: z
      .object({ method: z.string(), host: z.string(), path: z.string(), clientIp: z.string().nullable() })
      .nullable()
      .meta({ description: "As it is judged; null = it is not admitted." }),
    caller: z.object({
      workload: z.string().nullable(),
      application: z.string().nullable(),
      user: z.string().nullable(),
      imagined: z.boolean(),
    }),
    decisions: z.array(decisionSchema).readonly().meta({ description: "In the order in which they are made." }),
    destination: z.object({ namespace: z.string(), service: z.string(), version: z.string().nullable() }).nullable(),
    endpoints: z.array(explainedEndpointSchema).readonly(),
    answer: z
      .object({
        from: z.enum(["mesh", "service"]),
        status: z.int().nullable().meta({ description: "null = the service's own." }),
        problem: problemSchema.nullable(),
        headers: z.record(z.string(), z.string()),
      })
      .nullable()
      .meta({ description: "What the caller would get; null = withheld." }),
  })
  .meta({ id: "Explanation" });

export type ExplainAnswer = z.infer<typeof explanationSchema>;
export type DecisionAnswer = z.infer<typeof decisionSchema>;
