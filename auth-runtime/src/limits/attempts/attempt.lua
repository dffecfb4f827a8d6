-- Counts credentials as wrong, if they are, unless too many were wrong of late.
-- KEYS: the mark of an account that was good at this address; the counters of that, the account, the address and the network.
-- ARGV: 1 where they are wrong, else 0; the window in microseconds; how many each counter allows, 0 where there is none.
-- Answers { counter, wait } where they may not be looked at, or { 0 } with { counter, since, before, until } for each one counted by.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[2])
local first, last = 2, 4
if tonumber(ARGV[3]) > 0 and redis.call('EXISTS', KEYS[1]) == 1 then
  first, last = 1, 1
end
local counters = {}
local spent, longest = 0, 0
for place = first, last do
  local quota = tonumber(ARGV[2 + place])
  if quota > 0 then
    local known = redis.call('HMGET', KEYS[1 + place], 'wrong', 'since', 'until')
    -- Nobody waits longer than the window, whatever the clock of an earlier primary said.
    local free = math.min(tonumber(known[3] or 0) or 0, now + window)
    local counter = { place = place, quota = quota, wrong = tonumber(known[1] or 0) or 0, free = free }
    counter.since = tonumber(known[2] or now) or now
    if free - now > longest then
      spent, longest = place, free - now
    end
    table.insert(counters, counter)
  end
end
if spent > 0 then
  return { spent, longest }
end
local answer = { 0 }
if ARGV[1] == '0' then
  return answer
end
for _, counter in ipairs(counters) do
  local key, before = KEYS[1 + counter.place], counter.free
  counter.wrong = counter.wrong + 1
  local beyond = counter.wrong - counter.quota
  if beyond >= 0 then
    counter.free = now + math.floor(math.min(window, window / counter.quota * 2 ^ math.min(beyond, 32)))
  end
  local text = function(number) return string.format('%.0f', number) end
  redis.call('HSET', key, 'wrong', counter.wrong, 'since', text(counter.since), 'until', text(counter.free))
  redis.call('PEXPIRE', key, math.ceil((math.max(counter.free, counter.since) + window - now) / 1000))
  for _, number in ipairs({ counter.place, counter.since, before, counter.free }) do
    table.insert(answer, number)
  end
end
return answer
