// Who is signed in, as a question: asked by each frame before it shows anything else.
import type { Whoami } from "../../model/api/operators.ts";
import { api } from "./api.ts";
import { gathered, taken } from "./read.ts";

export const whoIsIt = gathered("whoami", async () => taken(await api.call<Whoami>("GET", "/whoami")));
