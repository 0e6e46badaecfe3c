// The dashboard's page: starts React in it.
import { QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { queries } from "./data/queries.ts";
import { expectStatus } from "./data/mesh-status.ts";
import { showTheme, wasSignedIn } from "./data/settings.ts";
import { Routes } from "./routes.tsx";
import { Frame } from "./shell/frame.tsx";
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";

showTheme();
if (wasSignedIn()) {
  expectStatus();
}
const root = document.querySelector("#root");
if (root !== null) {
  createRoot(root).render(
    <QueryClientProvider client={queries}>
      <Router base="/_selvage/ui">
        <Frame>
          <Routes />
        </Frame>
      </Router>
    </QueryClientProvider>,
  );
}
