# A receiver of OTLP over HTTP in protobuf: OpenTelemetry's own generated messages read by Google's library, which refuse
# what they do not know. `receiver.py`: prints its port; GET /told says what it took; POST /reject makes it reject one
# item of the next message of each kind.
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces

taken = {"spans": [], "records": [], "metrics": [], "dropped": {}, "types": []}
rejecting = set()


def spans(message):
    return [one for resource in message.resource_spans for scope in resource.scope_spans for one in scope.spans]


def records(message):
    return [one for resource in message.resource_logs for scope in resource.scope_logs for one in scope.log_records]


def families(message):
    return [one for resource in message.resource_metrics for scope in resource.scope_metrics for one in scope.metrics]


def named(attributes):
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


KINDS = {
    "/v1/traces": (traces.ExportTraceServiceRequest, traces.ExportTraceServiceResponse, "rejected_spans"),
    "/v1/logs": (logs.ExportLogsServiceRequest, logs.ExportLogsServiceResponse, "rejected_log_records"),
    "/v1/metrics": (metrics.ExportMetricsServiceRequest, metrics.ExportMetricsServiceResponse, "rejected_data_points"),
}


def take(path, message):
    for resource in [*getattr(message, "resource_spans", []), *getattr(message, "resource_logs", [])]:
        taken["dropped"][path] = named(resource.resource.attributes)["selvage.telemetry.dropped"]
    if path == "/v1/traces":
        for one in spans(message):
            told = {"traceId": one.trace_id.hex(), "parent": one.parent_span_id.hex(), "kind": one.kind}
            taken["spans"].append({**told, "tookNs": one.end_time_unix_nano - one.start_time_unix_nano})
    elif path == "/v1/logs":
        taken["records"] += [{"body": one.body.string_value, **named(one.attributes)} for one in records(message)]
    else:
        taken["metrics"] += [one.name for one in families(message)]


class Receiver(BaseHTTPRequestHandler):
    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(200, "application/json", json.dumps(taken).encode())

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/reject":
            rejecting.update(KINDS)
            self.answer(200, "text/plain", b"")
            return
        taken["types"].append(self.headers["content-type"])
        request, response, rejected = KINDS[self.path]
        take(self.path, request.FromString(body))
        told = response()
        if self.path in rejecting:
            rejecting.remove(self.path)
            setattr(told.partial_success, rejected, 1)
            told.partial_success.error_message = "one is enough"
        self.answer(200, "application/x-protobuf", told.SerializeToString())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
