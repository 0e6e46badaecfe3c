// What every ratio is measured against: a Worker that passes each request through with one `fetch`, and does nothing
// else. The caller's `Host` names the upstream, so not even the URL is touched.
export default {
  fetch: (request: Request): Promise<Response> => fetch(request),
};
