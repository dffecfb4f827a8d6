-- KEYS: the sessions of a subject, when they all ended.
-- ARGV: prefix of sessions, now in milliseconds, milliseconds for which that is remembered.
local before = tonumber(redis.call('GET', KEYS[2]) or -1)
redis.call('SET', KEYS[2], string.format('%.0f', math.max(before, tonumber(ARGV[2]))), 'PX', ARGV[3])
local ended = 0
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  ended = ended + redis.call('DEL', ARGV[1] .. name)
end
redis.call('DEL', KEYS[1])
return ended
