-- KEYS: entries, expiry, state, log. ARGV: length of the stream, then member, until, before for each revocation.
--
-- Only what is news changes anything, so that many may send the same. Where the stream cannot be continued, because somebody
-- else wrote to it, the epoch ends: then everybody reads everything. What has no times is told and not stored.
local text = function(number) return string.format('%.0f', number) end
local tell = function(member, value)
  local id = text(redis.call('HINCRBY', KEYS[3], 'seq', 1)) .. '-0'
  local told = redis.pcall('XADD', KEYS[4], 'MAXLEN', '~', ARGV[1], id, 'member', member, 'value', value)
  if type(told) == 'table' and told.err then
    redis.call('DEL', KEYS[4])
    redis.call('HDEL', KEYS[3], 'epoch')
  end
end
for i = 2, #ARGV, 3 do
  local member, til, before = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local known = redis.call('HGET', KEYS[1], member)
  local known_til, known_before = string.match(known or '', '^(%d+) (%d+)$')
  known_til, known_before = tonumber(known_til) or -1, tonumber(known_before) or -1
  if not til then
    tell(member, '')
  elseif til > known_til or before > known_before then
    til, before = math.max(til, known_til), math.max(before, known_before)
    local value = text(til) .. ' ' .. text(before)
    tell(member, value)
    redis.call('HSET', KEYS[1], member, value)
    redis.call('ZADD', KEYS[2], text(til), member)
  end
end
