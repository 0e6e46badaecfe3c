// `GET /overview`: what a page begins with, as one answer.
import * as z from "zod";
import { overviewSchema } from "../../model/api/overview.ts";
import { packed } from "../http/packed.ts";
import { windowQuery } from "../observe/window.ts";
import { noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";
import { MOST_READS, readOverview } from "./read-overview.ts";

export function registerOverview(app: ControlApp): void {
  register(app, {
    id: "getOverview",
    method: "get",
    path: "/overview",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "signals",
    summary: "What a page begins with as one answer: who the caller is, signals, and what `selvage status` reads.",
    description:
      `Each read is answered as it would be alone, refusals too; ${MOST_READS} at most. ` +
      "Compressed for whoever takes gzip, and without an ETag.",
    params: z.object({}),
    query: z.object({ window: windowQuery.window }),
    body: noBody,
    answer: overviewSchema,
    refusals: [],
    async handle({ query: { window }, request, identity, env, ctx }) {
      const { overview } = await readOverview(app, { request, env, ctx }, identity, window);
      return { body: overview, headers: packed(request) };
    },
  });
}
