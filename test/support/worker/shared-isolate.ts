// Worker tests run one file after another in the same isolate, because loading the Worker anew costs more than most of
// them. So after each of them the isolate forgets what it remembers of the mesh: the next would decide by it.
import { afterAll } from "vitest";
import { isolateState, newIsolateState } from "../../../src/isolate/state.ts";

afterAll(() => void Object.assign(isolateState(), newIsolateState(crypto.randomUUID())));
