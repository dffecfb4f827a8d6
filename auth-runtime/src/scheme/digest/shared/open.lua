-- KEYS: state. ARGV: the server's run id.
-- In another run, what is stored may be less than what was: nonces count from now on.
if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] then
  local time = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'run', ARGV[1], 'born', string.format('%.0f', time[1] * 1000000 + time[2]))
end
