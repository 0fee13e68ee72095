-- Asks for the addresses of a file in turn, and says in one line what came of it.
local paths, at = {}, 0
for line in io.lines(os.getenv("BENCH_PATHS")) do
  paths[#paths + 1] = line
end

function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.write(string.format("RESULT %d %d %d %.1f\n", summary.requests, summary.duration, failed, latency:percentile(50)))
end
