-- Takes back what was counted as wrong and is not.
-- KEYS: as where it was counted. ARGV: for how many seconds the account is known at this address from now on, 0 if it is not; then
-- counter, since, before, until of each one that it was counted by.
for at = 2, #ARGV, 4 do
  local key = KEYS[1 + tonumber(ARGV[at])]
  local known = redis.call('HMGET', key, 'wrong', 'since', 'until')
  if known[1] and known[2] == ARGV[at + 1] then
    if tonumber(known[1]) <= 1 then
      redis.call('DEL', key)
    else
      redis.call('HINCRBY', key, 'wrong', -1)
      if known[3] == ARGV[at + 3] then
        redis.call('HSET', key, 'until', ARGV[at + 2])
      end
    end
  end
end
if ARGV[1] ~= '0' then
  redis.call('SET', KEYS[1], 1, 'EX', ARGV[1])
end
return 0
