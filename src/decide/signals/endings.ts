// How a request ended, in the two words that people ask for beside errors. Pure.
import type { SignalRow } from "../../model/message/signals.ts";

type Ending = Pick<SignalRow, "status" | "decision">;

/** After too many bad proofs of an address its next ones are not looked at: 429 there says the same as 401. */
const isUnproven = ({ status, decision }: Ending): boolean => status === 429 && decision === "authenticate";

/** Refused for its proof or permission. */
export const isRefused = (row: Ending): boolean => row.status === 401 || row.status === 403 || isUnproven(row);

/** Held back by a limit, of the mesh or of the service. */
export const isHeldBack = (row: Ending): boolean => row.status === 429 && !isUnproven(row);
