// The admin API as one Hono application: a list of families. Loaded by index.ts when it is first called, so that an
// isolate which only serves traffic never evaluates it.
import { canonicalPath, type CanonicalPath } from "../model/word/canonical-path.ts";
import { PATH_FAULTS } from "../model/word/path-fault.ts";
import type { Refusal } from "../model/word/problem.ts";
import type { Answered } from "../model/word/problem.ts";
import { refusalResponse } from "./http/answer.ts";
import { registerApply } from "./calls/apply.ts";
import { registerAudit } from "./calls/audit.ts";
import { registerBreakers } from "./calls/breakers.ts";
import { registerCatalog } from "./calls/catalog.ts";
import { registerContracts } from "./calls/contracts.ts";
import { registerCredentials } from "./calls/credentials.ts";
import { registerEndpoints } from "./calls/endpoints.ts";
import { registerExplain } from "./calls/explain.ts";
import { registerHeartbeats } from "./calls/heartbeats.ts";
import { registerLimitPreview } from "./calls/limit-preview.ts";
import { registerKeys } from "./calls/keys.ts";
import { registerLimits } from "./calls/limits.ts";
import { registerLogin } from "./calls/login.ts";
import { registerMcp } from "./calls/mcp.ts";
import { registerOAuth } from "./calls/oauth.ts";
import { registerRegistry } from "./calls/registry.ts";
import { registerReplay } from "./calls/replay.ts";
import { registerRequests } from "./calls/requests.ts";
import { registerResource } from "./calls/resource.ts";
import { registerResources } from "./calls/resources.ts";
import { registerRevisions } from "./calls/revisions.ts";
import { registerRollouts } from "./rollout/rollouts.ts";
import { registerTail } from "./calls/tail.ts";
import { registerTokens } from "./calls/tokens.ts";
import { registerWhoami } from "./calls/whoami.ts";
import { registerDashboard } from "./page/dashboard.ts";
import { registerLive } from "./live/live.ts";
import { registerOverview } from "./live/overview.ts";
import { registerChanges } from "./observe/changes.ts";
import { registerGraph } from "./observe/graph.ts";
import { registerMetrics } from "./observe/metrics.ts";
import { registerReport } from "./observe/report.ts";
import { registerStats } from "./observe/stats.ts";
import { registerTracePass } from "./observe/trace-pass.ts";
import { refuseUnknownCall } from "./register/not-found.ts";
import { registerPages } from "./page/pages.ts";
import { ControlApp } from "./register/register.ts";
import { registerWellKnown } from "./page/well-known.ts";
import { requestIdOf } from "./http/request-id.ts";
import { refuseFailure } from "./http/failure.ts";

export const controlApp: ControlApp = build();

function build(): ControlApp {
  // The path that index.ts chose this app by is the path it routes by: the canonical one, not Hono's own reading.
  const app = new ControlApp({
    getPath: ({ url }) => {
      const canonical = pathOf(url);
      return canonical.ok ? canonical.matchPath : "";
    },
  });
  registerApply(app);
  registerResources(app);
  registerResource(app);
  registerRevisions(app);
  registerRegistry(app);
  registerEndpoints(app);
  registerHeartbeats(app);
  registerCatalog(app);
  registerLimits(app);
  registerLimitPreview(app);
  registerExplain(app);
  registerRequests(app);
  registerTail(app);
  registerTracePass(app);
  registerLive(app);
  registerOverview(app);
  registerReplay(app);
  registerBreakers(app);
  registerRollouts(app);
  registerStats(app);
  registerGraph(app);
  registerReport(app);
  registerMetrics(app);
  registerChanges(app);
  registerCredentials(app);
  registerContracts(app);
  registerTokens(app);
  registerWhoami(app);
  registerLogin(app);
  registerAudit(app);
  registerOAuth(app);
  registerMcp(app);
  registerKeys(app);
  registerWellKnown(app);
  registerPages(app);
  registerDashboard(app);
  app.notFound(({ req: { method, raw } }) => {
    const canonical = pathOf(raw.url);
    const refusal: Refusal = canonical.ok
      ? refuseUnknownCall(app, method, canonical.matchPath)
      : { problem: "malformedRequest", detail: PATH_FAULTS[canonical.reason] };
    return refusalResponse(refusal, answeredOf(raw), "none");
  });
  app.onError((error, context) => {
    const answered = answeredOf(context.req.raw);
    return refusalResponse(refuseFailure(error, answered.requestId), answered, "none");
  });
  return app;
}

const OF_REQUESTS = /^\/_selvage\/(?:v1|ui)\/requests\//;

/** Callers name their requests as they like, with slashes, too; whatever else has a name here holds none. */
function pathOf(url: string): CanonicalPath {
  const canonical = canonicalPath(url);
  const kept = canonical.ok ? canonical : canonicalPath(url, "keep");
  return kept.ok && (canonical.ok || OF_REQUESTS.test(kept.matchPath)) ? kept : canonical;
}

function answeredOf(request: Request): Answered {
  return { requestId: requestIdOf(request), url: request.url };
}
