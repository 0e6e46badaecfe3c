// The dashboard's page: starts React in it. What its document says already is drawn anew from the same answers, so that
// nothing moves, and can be operated from then on.
import { QueryClientProvider } from "@tanstack/react-query";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { meshStatus } from "./data/mesh-status.ts";
import { answersWritten, openPage, pageIsOpen, PATIENCE_MS } from "./data/opening.ts";
import { queries } from "./data/queries.ts";
import { asked, askedBefore } from "./data/read.ts";
import { settingsNow, showTheme } from "./data/settings.ts";
import { whoIsIt } from "./data/who.ts";
import { isFirstScreen, loadOtherScreens, Routes } from "./routes.tsx";
import { Frame } from "./shell/frame.tsx";
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";

/** How the isolate is that serves: only that one knows. */
const READY = "/_selvage/readyz";
/** As the mesh tells the browser to ask for them where the document has no answers. */
const READS = ["/_selvage/v1/overview?window=15m", READY];
/** For browsers that do not say when they are idle. */
const DRAWN_MS = 300;

showTheme();
const brought = answersWritten(document.querySelector("#answers"));
openPage(brought === null ? READS : [READY], brought ?? undefined);
const root = document.querySelector("#root");
if (root !== null) {
  void begin(root);
}

async function begin(place: Element): Promise<void> {
  const screens = isFirstScreen(location.pathname) ? null : loadOtherScreens();
  if (brought !== null) {
    const questions = firstQuestions(brought).map((one) => askedBefore(one, documentTime()));
    const known = Promise.allSettled<unknown>([screens, ...questions]);
    await Promise.race([known, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  }
  start(place);
}

/** Those that are answered by the document. */
function firstQuestions(answers: ReadonlyMap<string, unknown>) {
  const { window } = settingsNow();
  const isKnown = answers.has(`/_selvage/v1/stats?window=${window}`);
  return [whoIsIt, meshStatus, ...(isKnown ? [asked("/stats", { window })] : [])];
}

/** When the document's answers were on their way, by this browser's clock. */
function documentTime(): number {
  const [document] = performance.getEntriesByType("navigation");
  const sentMs = document instanceof PerformanceNavigationTiming ? document.responseStart : 0;
  return Math.round(performance.timeOrigin + sentMs);
}

function start(place: Element): void {
  const onSignedIn = (): void => {
    openPage(READS);
    void queries.resetQueries();
  };
  const focused = document.activeElement?.getAttribute("href") ?? null;
  flushSync(() =>
    createRoot(place).render(
      <QueryClientProvider client={queries}>
        <Router base="/_selvage/ui">
          <Frame onSignedIn={onSignedIn}>
            <Routes />
          </Frame>
        </Router>
      </QueryClientProvider>,
    ),
  );
  // Whoever has gone to a link with the keyboard stays there.
  const links = focused === null ? [] : [...document.querySelectorAll("a")];
  links.find((link) => link.getAttribute("href") === focused)?.focus();
}

// The line belongs to the first screen until that is drawn, and the time after it to whoever presses something.
const loadWhenIdle = (): unknown =>
  "requestIdleCallback" in window
    ? requestIdleCallback(() => void loadOtherScreens())
    : setTimeout(() => void loadOtherScreens(), DRAWN_MS);
void pageIsOpen().then(() => requestAnimationFrame(loadWhenIdle));
