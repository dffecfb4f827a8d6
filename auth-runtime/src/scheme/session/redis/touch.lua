-- KEYS: the session.
-- ARGV: prefix of subjects, its name, version, seen, seconds it lasts, content.
-- Among those of a subject that were seen within this second, the one that comes now is the newest.
local function rank(of_subject, seen)
  local last = redis.call('ZREVRANGEBYSCORE', of_subject, string.format('(%.0f', seen + 1), seen, 'WITHSCORES', 'LIMIT', 0, 1)[2]
  return last and string.format('%.6f', math.min(tonumber(last) + 0.000002, seen + 0.999)) or seen
end
local known = redis.call('HMGET', KEYS[1], 'version', 'subject')
-- What was put in the place of a session belongs to nobody.
if not known[1] or not known[2] or tonumber(known[1]) + 1 ~= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'seen', ARGV[4], 'content', ARGV[6])
redis.call('EXPIRE', KEYS[1], ARGV[5])
local of_subject = ARGV[1] .. known[2]
redis.call('ZADD', of_subject, 'XX', rank(of_subject, ARGV[4]), ARGV[2])
if redis.call('TTL', of_subject) < tonumber(ARGV[5]) then redis.call('EXPIRE', of_subject, ARGV[5]) end
return 1
