-- KEYS: entries, expiry. ARGV: member, until, before, withdrawal, '' for each revocation that is there, and is to be kept no longer.
for i = 1, #ARGV, 5 do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1] .. ' ' .. ARGV[i + 2] .. ARGV[i + 3])
    redis.call('ZADD', KEYS[2], ARGV[i + 1], ARGV[i])
  end
end
