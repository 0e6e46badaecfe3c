// The dashboard's page: starts React in it.
import { QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { openPage, pageIsOpen } from "./data/opening.ts";
import { queries } from "./data/queries.ts";
import { showTheme } from "./data/settings.ts";
import { loadOtherScreens, Routes } from "./routes.tsx";
import { Frame } from "./shell/frame.tsx";
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";

/** As index.html asks for them. */
const READS = ["/_selvage/v1/overview?window=15m", "/_selvage/readyz"];
/** For browsers that do not say when they are idle. */
const DRAWN_MS = 300;

const open = (): void => openPage(...READS);

showTheme();
open();
const root = document.querySelector("#root");
if (root !== null) {
  createRoot(root).render(
    <QueryClientProvider client={queries}>
      <Router base="/_selvage/ui">
        <Frame
          onSignedIn={() => {
            open();
            void queries.resetQueries();
          }}
        >
          <Routes />
        </Frame>
      </Router>
    </QueryClientProvider>,
  );
}
// The line belongs to the first screen until that is drawn, and the time after it to whoever presses something.
const loadWhenIdle = (): unknown =>
  "requestIdleCallback" in window
    ? requestIdleCallback(() => void loadOtherScreens())
    : setTimeout(() => void loadOtherScreens(), DRAWN_MS);
void pageIsOpen().then(() => requestAnimationFrame(loadWhenIdle));
