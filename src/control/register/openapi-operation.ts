// A call as the OpenAPI document shows it: role, parameters, answer, and every problem it can answer with, by status.
import type { RouteConfig } from "@asteasolutions/zod-to-openapi";
import * as z from "zod";
import { problemSchema } from "../../model/api/resource.ts";
import { type ProblemName, problems } from "../../model/word/problem.ts";
import type { Operation } from "./operation.ts";

const everyCall: readonly ProblemName[] = [
  "badParameter",
  "unauthenticated",
  "refusedTooOften",
  "forbidden",
  "forgedRequest",
  "noRole",
  "loginUnavailable",
  "internal",
  "storageUnavailable",
];
const toConsumers: readonly ProblemName[] = ["clientRefused", "proofUncheckable"];
const everyBody: readonly ProblemName[] = ["malformed", "unsupportedMediaType", "payloadTooLarge"];

export function openapiOperation<P extends z.ZodObject, Q extends z.ZodObject, Body, A extends z.ZodType>(
  call: Operation<P, Q, Body, A>,
  prefix: string,
): RouteConfig {
  const takesBody = Object.keys(call.body.content).length > 0;
  const success = (description: string) => ({
    description,
    headers: { "x-request-id": { schema: { type: "string" as const } } },
    content: { "application/json": { schema: call.answer } },
  });
  return {
    operationId: call.id,
    method: call.method,
    path: `${prefix}${call.path}`,
    tags: [call.tag],
    summary: call.summary,
    ...(call.description === undefined ? {} : { description: call.description }),
    "x-selvage-role": call.role,
    "x-selvage-scope": call.scope,
    security: [{ operator: [] }, ...(call.handleConsumer === undefined ? [] : [{ consumer: [] }])],
    request: {
      params: call.params,
      query: call.query,
      ...headersOf(call.versioned === true ? [...(call.headers ?? []), SEEN] : call.headers),
      ...(takesBody ? { body: { required: call.body.required, content: { ...call.body.content } } } : {}),
    },
    responses: {
      200: success("The answer."),
      ...(call.creates ? { 201: success("The answer; the resource is new.") } : {}),
      ...(call.versioned ? { 304: { description: "Nothing newer than what If-None-Match names." } } : {}),
      ...problemResponses([
        ...everyCall,
        ...(takesBody ? everyBody : []),
        ...(call.handleConsumer === undefined ? [] : toConsumers),
        ...call.refusals,
      ]),
    },
  };
}

/** One response for each status, which lists the problems that share it. */
export function problemResponses(names: readonly ProblemName[]): RouteConfig["responses"] {
  const byStatus = Map.groupBy(new Set(names), (name) => problems[name].status);
  return Object.fromEntries(
    [...byStatus].map(([status, sharing]) => [
      status,
      {
        description: sharing.map((name) => `${problems[name].code}: ${problems[name].title}.`).join(" "),
        content: { "application/problem+json": { schema: problemSchema } },
      },
    ]),
  );
}

type Header = NonNullable<Operation<z.ZodObject, z.ZodObject, unknown, z.ZodType>["headers"]>[number];

const SEEN: Header = { name: "if-none-match", description: 'ETags that the reader has: `"17"`.' };

function headersOf(headers: readonly Header[] | undefined): { headers?: z.ZodObject } {
  if (headers === undefined) {
    return {};
  }
  const named = headers.map(({ name, description }) => [name, z.string().optional().meta({ description })] as const);
  return { headers: z.object(Object.fromEntries(named)) };
}
