// What the Worker writes as markup is what React makes of the same: one drawing, two hands.
import * as fc from "fast-check";
import { createElement, Fragment, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { markupPen } from "../../src/control/page/markup.ts";
import { agoText } from "../../src/model/word/age.ts";
import type { MeshStatus } from "../../src/status/mesh-status.ts";
import type { Trouble } from "../../src/status/trouble.ts";
import type { Pen } from "../../src/verdict/pen.ts";
import { navigation, topbar } from "../../src/verdict/shell.ts";
import { verdict } from "../../src/verdict/verdict.ts";
import { HOSTILE } from "../support/documents/hostile-documents.ts";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const BASE = "/_selvage/ui";

const react: Pen<ReactNode> = {
  element: (tag, attributes, ...children) => createElement(tag, attributes, ...children),
  link: (path, attributes, ...children) => createElement("a", { ...attributes, href: BASE + path }, ...children),
  group: (...children) => createElement(Fragment, null, ...children),
  time: (time) => createElement("time", { dateTime: time, title: time }, agoText(time, NOW)),
  copy: (label) => createElement("button", { type: "button", className: "button plain small", disabled: true }, label),
};

/** The same spelling: how an apostrophe is escaped, and an attribute that is there or not, is each hand's own. */
const spelt = (markup: string): string =>
  markup
    .replaceAll("&#x27;", "&#39;")
    .replaceAll(/=""(?=[ >/])/g, "")
    .replaceAll(/ dateTime=/g, " datetime=")
    .replaceAll("/>", ">");

const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constant(`'"<&>`),
);
const name = fc.constantFrom("orders", "pay", "a-b");
const trouble: fc.Arbitrary<Trouble> = fc.record({
  severity: fc.constantFrom("down", "degraded", "notice"),
  ref: fc.option(name.map((one) => `Service/shop/${one}`)),
  message: fc.oneof(
    text,
    text.map((one) => `${one} until 2026-11-29T11:58:30.000Z: it failed`),
  ),
  since: fc.option(fc.constant("2026-11-29T11:55:00Z")),
  command: fc.option(text),
});
const status: fc.Arbitrary<MeshStatus> = fc.record({
  server: fc.constant(""),
  healthy: fc.boolean(),
  revision: fc.nat(99),
  services: fc.nat(9),
  endpoints: fc.nat(9),
  isolates: fc.record({ current: fc.nat(3), behind: fc.nat(3) }),
  problems: fc.array(trouble, { maxLength: 4 }),
  notices: fc.array(trouble, { maxLength: 2 }),
  idle: fc.constant([]),
});

it("writes the verdict as React does, whatever its texts are", () => {
  const summary = { create: 0, update: 0, delete: 0, unchanged: 0 };
  const drawn = <N>(pen: Pen<N>, of: MeshStatus, said: string): N => {
    const at = "2026-11-29T11:54:00Z";
    const revision = { revision: 7, at, actor: said, source: "apply", reason: said, summary, rolledBackTo: null };
    const shown = { status: of, withheld: [said], revisions: [revision as never], window: undefined };
    const [trouble] = of.problems;
    const passed = trouble === undefined ? [] : [{ trouble, at: NOW, firstAt: NOW }];
    return pen.group(
      topbar(pen, {
        status: of,
        who: { name: said, role: "viewer" },
        button: (says) => pen.element("button", { type: "button", disabled: true }, ...says),
        follow: pen.element("input", { type: "checkbox", disabled: true }),
        window: pen.element("span", { title: said }, said),
      }),
      navigation(pen, "/services/shop/orders"),
      verdict(pen, shown, { memory: new Map(), passed }, () => pen.element("div", { className: "row acts" }), null),
    );
  };
  fc.assert(
    fc.property(status, text, (of, said) => {
      const written = drawn(markupPen(BASE, NOW), of, said).toString();
      expect(spelt(written)).toBe(spelt(renderToStaticMarkup(drawn(react, of, said))));
    }),
    { numRuns: 200 },
  );
});
