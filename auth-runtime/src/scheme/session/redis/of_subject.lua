-- KEYS: the sessions of a subject.
-- ARGV: prefix of sessions.
local found = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  -- Somebody else may have put something else there.
  local known = redis.pcall('HMGET', ARGV[1] .. name, 'version', 'seen', 'content')
  if known[1] then found[#found + 1] = {name, known[1], known[2], known[3]} end
end
return found
