// A call as consumers of APIs may make it: by the credentials of an Application, in place of an operator's. Checked in
// the same order as for operators; whether there is anything for consumers is the call's to say.
import type * as z from "zod";
import { type Consumer, identifyConsumer } from "../consumer/consumer.ts";
import { answerResponse, isRefusal, refusalResponse, type OperationAnswer } from "../http/answer.ts";
import { readParameters } from "../http/parameters.ts";
import type { AdminRequest } from "../operator/identity.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { Operation } from "./operation.ts";

interface ConsumerVisit extends AdminRequest {
  readonly request: Request;
  readonly requestId: string;
  readonly params: Readonly<Record<string, string>>;
}

/** @returns null = it is none of a consumer's */
export async function answerConsumer<P extends z.ZodObject, Q extends z.ZodObject, Body, A extends z.ZodType>(
  call: Operation<P, Q, Body, A>,
  visit: ConsumerVisit,
): Promise<Response | null> {
  const { request, requestId } = visit;
  const consumer = call.handleConsumer === undefined ? null : await identifyConsumer(request, visit);
  if (consumer === null) {
    return null;
  }
  const outcome = "refusal" in consumer ? consumer.refusal : await outcomeOf(call, visit, consumer);
  return isRefusal(outcome)
    ? refusalResponse(outcome, { requestId, url: request.url }, call.id)
    : answerResponse(outcome, requestId);
}

async function outcomeOf<P extends z.ZodObject, Q extends z.ZodObject, Body, A extends z.ZodType>(
  call: Operation<P, Q, Body, A>,
  { request, env, store, params }: ConsumerVisit,
  consumer: Consumer,
): Promise<OperationAnswer<z.output<A>> | Refusal> {
  const named = readParameters(call.params, Object.entries(params), "path");
  if (!named.ok) {
    return named.refusal;
  }
  const query = readParameters(call.query, new URL(request.url).searchParams, "query");
  if (!query.ok) {
    return query.refusal;
  }
  const asked = { params: named.value, query: query.value, request, env, store, consumer };
  return (
    (await call.handleConsumer?.(asked)) ?? { problem: "notFound", detail: "There is nothing for consumers here." }
  );
}
