-- Takes one out of each bucket, if each has one. A bucket is the time at which it is full, in microseconds.
-- KEYS: the buckets. ARGV: for each, in what time one comes in, and how many it holds.
-- Answers { 0, 0 }, or which bucket is empty and in what time there is one to take.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local full_at = {}
for place, key in ipairs(KEYS) do
  local period, burst = tonumber(ARGV[2 * place - 1]), tonumber(ARGV[2 * place])
  local known = tonumber(redis.call('GET', key) or now) or now
  -- No more than the whole is missing, whatever the clock of an earlier primary said.
  local missing = math.min(math.max(known - now, 0), period * burst)
  local wait = missing + period - period * burst
  if wait > 0 then
    return { place, wait }
  end
  full_at[place] = now + missing + period
end
for place, key in ipairs(KEYS) do
  local kept = math.ceil((full_at[place] - now) / 1000)
  redis.call('SET', key, string.format('%.0f', full_at[place]), 'PX', kept)
end
return { 0, 0 }
