-- KEYS: entries, expiry. ARGV: the time, the most to forget. Both clocks must say that an entry's time is up.
local now = math.min(tonumber(redis.call('TIME')[1]), tonumber(ARGV[1]))
local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now), 'LIMIT', 0, tonumber(ARGV[2]))
if #gone > 0 then
  redis.call('HDEL', KEYS[1], unpack(gone))
  redis.call('ZREM', KEYS[2], unpack(gone))
end
return #gone
