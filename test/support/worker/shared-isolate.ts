// The files of project `worker` run one after another in the same isolate, because loading the Worker anew costs more than
// most of them. So none may leave behind what an isolate remembers of the mesh: the next would decide by it.
import { afterAll } from "vitest";
import { isolateState } from "../../../src/isolate/state.ts";

afterAll(() => {
  if (isolateState().snapshot.last !== null) {
    throw new Error("This file leaves its view of the mesh in the isolate: add it to `alone` in vitest.config.ts.");
  }
});
