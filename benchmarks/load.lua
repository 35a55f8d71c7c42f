-- Sends the requests of a file in turn, as fast as they are answered, and prints what came of it as JSON.
-- A line of the file: method, path, headers (name: value, separated by \1), body; separated by tabs.
local place, count = 0, 0

function init(args)
  unique = args[2]
  requests = {}
  for line in io.lines(args[1]) do
    local method, path, headers, body = line:match("^(.-)\t(.-)\t(.-)\t(.*)$")
    local found = {}
    for name, value in headers:gmatch("([^\1]-): ([^\1]*)") do found[name] = value end
    requests[#requests + 1] = { method, path, found, body }
  end
end

function request()
  place = place % #requests + 1
  count = count + 1
  local r = requests[place]
  local body = r[4] ~= "" and r[4]:gsub("@UNIQUE@", unique .. count) or nil
  return wrk.format(r[1], r[2], r[3], body)
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.3f, "bytes": %d, "failed": %d, "p50": %.3f, "p99": %.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    e.status + e.connect + e.read + e.write + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
