-- KEYS: the session.
-- ARGV: prefix of subjects, its name.
local subject = redis.call('HGET', KEYS[1], 'subject')
if subject then redis.call('ZREM', ARGV[1] .. subject, ARGV[2]) end
return redis.call('DEL', KEYS[1])
