import { expect, it } from "vitest";
import { markupPen } from "../../src/control/page/markup.ts";
import { said } from "../../src/verdict/parts.ts";

const pen = markupPen("", Date.parse("2026-11-30T12:00:00Z"));
const markup = (sentence: string): string => said(pen, sentence).toString();

it("says moments in a sentence as everywhere on the page", () => {
  expect(markup("version v2 failed until 2026-11-30T11:58:30.000Z: 40 % of 10")).toBe(
    'version v2 failed until <time datetime="2026-11-30T11:58:30.000Z" title="2026-11-30T11:58:30.000Z">1m ago</time>: 40 % of 10',
  );
  expect(markup("open, tried again 2026-11-30T12:00:05Z")).toContain(">in 5s</time>");
});

it("leaves alone what is none, and what would be more", () => {
  for (const sentence of ["", "at 2026-99-99T99:99:99Z", "2026-11-30", "12:00"]) {
    expect(markup(sentence)).toBe(sentence);
  }
  expect(markup("<b>2026-11-30T11:00:00Z</b>")).toMatch(/^&lt;b&gt;<time .*>1h ago<\/time>&lt;\/b&gt;$/);
});
