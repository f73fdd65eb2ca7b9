# SPDX-License-Identifier: Apache-2.0
"""A real Prometheus scrapes a running load, counts right, and leads from a slow commit to the load that it was of."""
import unittest

from real_prometheus import Prometheus
from scraping import TRACE, TRACEPARENT, MetricsTest, page_queries, poll, posts, wait_for

class PrometheusTest(MetricsTest):
    def test_it_counts_a_running_load_and_finds_its_trace(self):
        process, address = self.start_load(env={"TRACEPARENT": TRACEPARENT})
        prometheus = Prometheus(address.removeprefix("http://"))
        self.addCleanup(prometheus.stop)
        self.feed(process, posts(0, 3000) + b"{}\n{\n")
        wait_for(address, millrace_records_written_total=3000)
        poll(lambda: prometheus.query("millrace_records_written_total"), lambda found: found == {(): 3000}, "3,000 written")
        self.feed(process, posts(3000, 7000))
        poll(lambda: prometheus.query("millrace_records_written_total"), lambda found: found == {(): 7000}, "7,000 written")
        self.assertEqual(prometheus.query("sum by (reason) (millrace_records_rejected_total) > 0"), {("invalid_json",): 1, ("invalid_record",): 1})
        self.assertEqual(prometheus.query("millrace_store_up"), {(): 1})
        target, = prometheus.ask("targets")["activeTargets"]
        self.assertEqual((target["health"], target["lastError"]), ("up", ""))

        # By this name they were asked for in OpenMetrics: no other format has exemplars.
        series = poll(lambda: prometheus.ask("query_exemplars", query="millrace_store_commit_seconds_bucket", start=0, end=4102444800),
                      bool, "an exemplar")
        self.assertEqual({exemplar["labels"]["trace_id"] for one in series for exemplar in one["exemplars"]}, {TRACE})
        report = self.finish(process, status=1)
        self.assertEqual((report["records_written"], report["trace_id"]), (7000, TRACE))

    def test_it_has_an_answer_to_each_question_of_the_page(self):
        process, address = self.start_load("--batch", "100")
        prometheus = Prometheus(address.removeprefix("http://"))
        self.addCleanup(prometheus.stop)
        self.feed(process, posts(0, 1000))
        poll(lambda: prometheus.query("millrace_records_written_total"), lambda found: found == {(): 1000}, "1,000 written")
        self.feed(process, b"{\n{}\n" * 50 + posts(1000, 2000))
        poll(lambda: prometheus.query("millrace_records_read_total"), lambda found: found == {(): 2100}, "2,100 read")
        for query in page_queries():
            answer = poll(lambda: prometheus.query(query), lambda found: any(value > 0 for value in found.values()), query)
            if "rejected" in query:
                self.assertEqual(set(answer), {()}, "one share, whatever the reasons")
                self.assertLess(answer[()], 1)
        self.finish(process, status=1)

    def test_it_takes_the_alert_rules(self):
        process, address = self.start_load()
        prometheus = Prometheus(address.removeprefix("http://"))
        self.addCleanup(prometheus.stop)
        self.feed(process, posts(0, 10))
        groups = poll(lambda: (prometheus.ask("rules") or {"groups": []})["groups"],
                      lambda found: found and all(rule["health"] == "ok" for group in found for rule in group["rules"]), "evaluated rules")
        self.assertGreater(sum(len(group["rules"]) for group in groups), 5)
        self.assertEqual([rule["name"] for group in groups for rule in group["rules"] if rule["state"] != "inactive"], [])
        self.finish(process)


if __name__ == "__main__":
    unittest.main()
