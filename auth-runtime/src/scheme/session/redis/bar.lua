-- KEYS: when the sessions of a subject all ended, or others were barred.
-- ARGV: now in milliseconds, milliseconds for which that is remembered.
local before = tonumber(redis.call('GET', KEYS[1]) or -1)
redis.call('SET', KEYS[1], string.format('%.0f', math.max(before, tonumber(ARGV[1]))), 'PX', ARGV[2])
return 1
