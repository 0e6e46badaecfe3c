import { expect, it } from "vitest";
import { headersOf } from "../../../src/dashboard/explain/header-lines.ts";

it("reads headers as people type them, and leaves out what is none", () => {
  expect(headersOf("Host: a.example:80\n\n x-a :  1 \nnothing\n: none\nx-a: 2")).toEqual({
    host: "a.example:80",
    "x-a": "2",
  });
});
