-- KEYS: the session, the sessions of its subject by when they were seen, when they all ended, what it replaces.
-- ARGV: prefix of sessions, prefix of subjects, name of the session, its subject, version, seen, seconds it lasts, content, when its
-- sign-in began, how many its subject may have, whether it continues another, and of what it replaces the name (or none), version, seen,
-- seconds and content.
-- Among those of a subject that were seen within this second, the one that comes now is the newest.
local function rank(of_subject, seen)
  local last = redis.call('ZREVRANGEBYSCORE', of_subject, string.format('(%.0f', seen + 1), seen, 'WITHSCORES', 'LIMIT', 0, 1)[2]
  return last and string.format('%.6f', math.min(tonumber(last) + 0.000002, seen + 0.999)) or seen
end
local sessions, subjects, name, subject = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local replaced = ARGV[12]
local ended_at = tonumber(redis.call('GET', KEYS[3]) or -1)
if ARGV[11] ~= '1' and ended_at >= tonumber(ARGV[9]) then return {'barred', 0} end
if replaced ~= '' then
  local known = redis.call('HMGET', KEYS[4], 'version', 'subject')
  if ARGV[11] == '1' and tonumber(known[1] or -1) + 1 ~= tonumber(ARGV[13]) then return {'gone', 0} end
  if known[2] then redis.call('ZREM', subjects .. known[2], replaced) end
  if known[1] then
    redis.call('DEL', KEYS[4])
    redis.call('HSET', KEYS[4], 'version', ARGV[13], 'seen', ARGV[14], 'content', ARGV[16])
    redis.call('EXPIRE', KEYS[4], ARGV[15])
  end
end
-- What has expired is in the list still.
for _, known in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  if redis.call('EXISTS', sessions .. known) == 0 then redis.call('ZREM', KEYS[2], known) end
end
local ended = 0
while redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[10]) do
  local oldest = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
  redis.call('ZREM', KEYS[2], oldest)
  ended = ended + redis.call('DEL', sessions .. oldest)
end
redis.call('HSET', KEYS[1], 'version', ARGV[5], 'seen', ARGV[6], 'content', ARGV[8], 'subject', subject)
redis.call('EXPIRE', KEYS[1], ARGV[7])
redis.call('ZADD', KEYS[2], rank(KEYS[2], ARGV[6]), name)
-- As long as the longest of them, which another configuration may have written.
if redis.call('TTL', KEYS[2]) < tonumber(ARGV[7]) then redis.call('EXPIRE', KEYS[2], ARGV[7]) end
return {'kept', ended}
