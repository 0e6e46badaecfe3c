// The admin API from the page: the command's own client, with the session's cookie for a token. The types of its
// answers are those that the handlers' schemas are made of.
import { createClient } from "../../cli/session/client.ts";
import { sendFromPage } from "./opening.ts";

const TIMEOUT_MS = 20_000;

export const api = createClient({
  server: window.location.origin,
  token: null,
  timeoutMs: TIMEOUT_MS,
  fetch: sendFromPage,
});
