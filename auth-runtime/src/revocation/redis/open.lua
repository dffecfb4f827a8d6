-- KEYS: state, log. ARGV: a random name.
--
-- A stream that does not end where `seq` says was written to by somebody else: a new epoch begins without it.
local run = run_of_server()
local state = redis.call('HMGET', KEYS[1], 'epoch', 'run', 'born', 'seq')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = redis.pcall('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
local foreign = last.err or (last[1] and last[1][1] ~= tostring(state[4] or 0) .. '-0')
if not state[1] or state[2] ~= run or foreign then
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'run', run, 'born', string.format('%.0f', now), 'seq', 0)
  redis.call('DEL', KEYS[2])
  state = {ARGV[1], run, now, 0}
end
return {state[1], string.format('%.0f', now - (tonumber(state[3]) or now)), tostring(state[4] or 0)}
