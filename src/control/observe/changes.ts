// `GET /changes`: what was changed in a window, by whom, and which service it was about.
import * as z from "zod";
import { changeListSchema } from "../../model/api/signals.ts";
import { noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";
import { readChanges } from "./read-changes.ts";
import { serviceQuery } from "../view/named-service.ts";
import { askedOf, windowQuery } from "./window.ts";

export function registerChanges(app: ControlApp): void {
  register(app, {
    id: "listChanges",
    method: "get",
    path: "/changes",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "signals",
    summary: "What changed in a window, newest first: revisions, Overrides, breakers, endpoints, keys.",
    description:
      "One item for each service that a revision is about. An operator who is limited to namespaces sees what is about their " +
      "services. `partial`: there was more than one answer reads.",
    params: z.object({}),
    query: z.object({ ...windowQuery, ...serviceQuery }),
    body: noBody,
    answer: changeListSchema,
    refusals: [],
    async handle({ query, store, env, operator, now }) {
      const asked = askedOf(query, operator, now);
      if ("problem" in asked) {
        return asked;
      }
      const { from, to, service } = asked.question;
      const { items, partial } = await readChanges(store, env, { from, to }, operator, asked.covers);
      const shown = service === null ? items : items.filter((one) => one.service === service);
      return { body: { from: new Date(from).toISOString(), to: new Date(to).toISOString(), items: shown, partial } };
    },
  });
}
