-- SPDX-License-Identifier: Apache-2.0
-- For wrk: each request creates a post; at the end one line of JSON, which http_load() in rows_http.py reads.
local content = string.rep("the water turns the wheel again today; ", 5)
local made = 0

function request()
  made = made + 1
  local body = string.format('{"title":"post %d","content":"%s","author":"ada","lang":"en"}', made, content)
  return wrk.format("POST", nil, {["Content-Type"] = "application/json"}, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('JSON {"requests": %d, "seconds": %.6f, "p50_ms": %.4f, "p99_ms": %.4f, "refused": %d, "broken": %d, "late": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write, errors.timeout))
end
