# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus scrapes a gateway that works: what it counts is what its clients were told, and a trace leads to its request."""
import json
import unittest

from real_prometheus import Prometheus
from scraping import TRACE, TRACEPARENT, poll
from serving import ServeTest


class GatewayMetrics(ServeTest):
    def test_it_counts_what_clients_were_told(self):
        self.serve(store=f"sqlite:{self.folder}/posts.db")
        prometheus = Prometheus(f"127.0.0.1:{self.port}")
        self.addCleanup(prometheus.stop)
        poll(lambda: prometheus.query("millrace_store_up"), lambda found: found == {(): 1}, "a first scrape")
        for number in range(30):
            self.post({"id": f"p{number}", "title": "One"}, headers={"traceparent": TRACEPARENT})
        self.post({"id": "p1", "title": "One"})  # replayed
        self.post({"id": "p1", "title": "Other"}, status=409)
        self.post({"title": ""}, status=422)
        body = json.dumps([{"title": "a"}, {"title": 1}])
        self.assertEqual(self.request("POST", "/v1/post", body, {"Content-Type": "application/json"}).status, 200)
        self.assertEqual(self.request("GET", "/v1/post/p3").status, 200)
        self.assertEqual(self.request("GET", "/v1/post/none").status, 404)
        self.assertEqual(self.request("DELETE", "/v1/post/p3").status, 204)
        self.assertEqual(self.request("GET", "/nowhere").status, 404)

        expected = {("POST", "/v1/{table}", "201"): 31, ("POST", "/v1/{table}", "409"): 1, ("POST", "/v1/{table}", "422"): 1,
                    ("POST", "/v1/{table}", "200"): 1, ("GET", "/v1/{table}/{id}", "200"): 1, ("GET", "/v1/{table}/{id}", "404"): 1,
                    ("DELETE", "/v1/{table}/{id}", "204"): 1, ("GET", "other", "404"): 1}
        poll(lambda: prometheus.query('requests_total{route!="/metrics"} > 0'), lambda found: found == expected, f"{expected}")
        self.assertEqual(prometheus.query('request_duration_seconds_count{method="POST",route="/v1/{table}"}'), {("POST", "/v1/{table}"): 34})
        records = {name: prometheus.query(f"sum(millrace_records_{name}_total)")[()] for name in ("read", "written", "skipped", "rejected")}
        self.assertEqual(records, {"read": 35, "written": 31, "skipped": 1, "rejected": 3})
        self.assertEqual(prometheus.query("sum by (reason) (millrace_records_rejected_total) > 0"), {("duplicate",): 1, ("invalid_record",): 2})
        self.assertEqual(prometheus.query("millrace_queue_bytes"), {(): 0})
        self.assertEqual(prometheus.query("millrace_queue_records"), {(): 0})
        self.assertEqual(prometheus.query("active_requests"), {(): 1})  # the scrape itself
        self.assertEqual(prometheus.query("sum(millrace_batch_records_sum)"), {(): 33})
        self.assertGreater(prometheus.query("millrace_store_commit_seconds_count")[()], 30)

        series = poll(lambda: prometheus.ask("query_exemplars", query="request_duration_seconds_bucket", start=0, end=4102444800), bool, "an exemplar")
        self.assertEqual({exemplar["labels"]["trace_id"] for one in series for exemplar in one["exemplars"]}, {TRACE})
        target, = prometheus.ask("targets")["activeTargets"]
        self.assertEqual((target["health"], target["lastError"]), ("up", ""))
        self.stop()


if __name__ == "__main__":
    unittest.main()
