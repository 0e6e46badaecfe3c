// What a caller is told whose own body failed. It is nobody else's failure, and is counted against nobody.
import type { Refusal } from "../../model/word/problem.ts";
import type { BodyFault } from "../exchange/body.ts";

export function bodyRefusal(fault: BodyFault["fault"]): Refusal {
  return fault === "broken"
    ? {
        problem: "bodyBroken",
        detail: "The body of the request ended before it was whole, or its framing is not valid",
      }
    : {
        problem: "bodyStalled",
        detail: "Nothing came of the request's body for too long: send it again, without a pause",
      };
}
