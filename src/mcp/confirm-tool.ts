// `confirm`: the only tool that changes the mesh. It does exactly what was planned, once, by the token that planned it,
// while the mesh is at the revision that the plan was made on.
import * as z from "zod";
import type { Failure } from "../cli/session/client.ts";
import { carryOut, revisionOf } from "./carry-out.ts";
import { tool } from "./tool.ts";

const PLAN_ID = /^plan_[0-9a-f]{32}$/;

export const confirmTool = tool({
  name: "confirm",
  kind: "confirm",
  title: "Confirm a plan",
  description:
    "Carries out one plan, once. Only after a person has seen what it changes and agreed. Refused when the mesh has " +
    "moved since the plan was made, when five minutes have passed, or with another token.",
  input: z.strictObject({ planId: z.string().regex(PLAN_ID, "A plan id is what a plan_… tool answered.") }),
  async run({ planId }, mesh) {
    const plan = await mesh.takePlan(planId);
    if (plan === null) {
      return { failure: unknownPlan };
    }
    const head = await revisionOf(mesh.client);
    if (!head.ok) {
      return head;
    }
    if (head.value !== plan.revision) {
      return { failure: moved(plan.revision, head.value) };
    }
    const done = await carryOut<object>(mesh.carryingOut(planId, plan.reason), plan.call);
    if (!done.ok) {
      return done;
    }
    const made = "revision" in done.value && typeof done.value.revision === "number" ? done.value.revision : null;
    return {
      data: { done: plan.summary, result: done.value },
      lines: [
        `Done: ${plan.summary}`,
        ...(made === null || made === plan.revision
          ? []
          : [`revision ${made}; plan_rollback to ${plan.revision} undoes it`]),
      ],
    };
  },
});

const unknownPlan: Failure = {
  exitCode: 4,
  status: 404,
  message: "There is no such plan: it was confirmed already, its time is over, or another token made it.",
  hint: "Plan the change again.",
};

const moved = (planned: number, head: number): Failure => ({
  exitCode: 5,
  status: 412,
  message: `The mesh moved: the plan was made on revision ${planned}, and it is at ${head}. Nothing was done.`,
  hint: "Look at what changed with history and get_revision, and plan again.",
});
