-- KEYS: entries, expiry, state, log. ARGV: length of the stream, then member, until, before, withdrawal, 'anew' or '' for each
-- revocation. One that was withdrawn is revoked before -1, and what stands behind says when.
--
-- Only what is news changes anything, so that many may send the same. What is said anew counts whatever was said before: a
-- revocation is one after the withdrawal that Redis knows of. Where the stream cannot be continued, because somebody
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
local at = function(withdrawal) return tonumber(string.match(withdrawal, '^ (%d+) ')) or 0 end
for i = 2, #ARGV, 5 do
  local member, til, before, withdrawal = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2]), ARGV[i + 3]
  local anew = ARGV[i + 4] == 'anew'
  local known = redis.call('HGET', KEYS[1], member)
  local known_til, known_before, known_withdrawal = string.match(known or '', '^(%d+) (%-?%d+)(.*)$')
  known_til, known_before, known_withdrawal = tonumber(known_til) or -1, tonumber(known_before) or -2, known_withdrawal or ''
  if not til then
    tell(member, '')
  else
    if anew and before >= 0 and at(known_withdrawal) > at(withdrawal) then withdrawal = known_withdrawal end
    local later = at(withdrawal) - at(known_withdrawal)
    if later == 0 then til, before = math.max(til, known_til), math.max(before, known_before) end
    if later > 0 or anew and before < 0 or later == 0 and (til > known_til or before > known_before) then
      local value = text(til) .. ' ' .. text(before) .. withdrawal
      tell(member, value)
      redis.call('HSET', KEYS[1], member, value)
      redis.call('ZADD', KEYS[2], text(til), member)
    end
  end
end
