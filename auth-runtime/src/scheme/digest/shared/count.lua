-- KEYS: state, the user's windows, the user's nonces by age.
-- ARGV: nonce, when it was issued in microseconds, request count, milliseconds for which anything is kept, width of a window,
-- nonces of one user, milliseconds that a nonce may be ahead.
-- A window is its highest count, a space, and from that count downwards a digit for each: seen or not.
local nonce, stamp, nc, kept = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local width, most, leeway = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local run, state = run_of_server(), redis.call('HMGET', KEYS[1], 'run', 'born')
local born = tonumber(state[2])
if state[1] ~= run or not born then
  -- Another server, or everything was deleted: what was counted before is not known. Nonces count from now on.
  redis.call('HSET', KEYS[1], 'run', run, 'born', string.format('%.0f', now))
  return 'forgotten'
end
-- What is kept no more would seem new.
if stamp <= born or now - stamp >= kept * 1000 or stamp - now > leeway * 1000 then return 'forgotten' end

local window = redis.call('HGET', KEYS[2], nonce)
if window then
  local highest, seen = string.match(window, '^(%d+) ([01]+)$')
  highest = tonumber(highest)
  if nc > highest then
    seen = '1' .. string.rep('0', math.min(nc - highest - 1, width)) .. seen
    highest = nc
  else
    local place = highest - nc + 1
    if place > width then return 'forgotten' end
    if string.sub(seen, place, place) == '1' then return 'replayed' end
    seen = seen .. string.rep('0', place - #seen)
    seen = string.sub(seen, 1, place - 1) .. '1' .. string.sub(seen, place + 1)
  end
  redis.call('HSET', KEYS[2], nonce, string.format('%.0f', highest) .. ' ' .. string.sub(seen, 1, width))
else
  if stamp <= tonumber(redis.call('HGET', KEYS[2], 'forgotten') or 0) then return 'forgotten' end
  if redis.call('ZCARD', KEYS[3]) >= most then
    local oldest = redis.call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')
    if stamp <= tonumber(oldest[2]) then return 'forgotten' end
    redis.call('ZREM', KEYS[3], oldest[1])
    redis.call('HDEL', KEYS[2], oldest[1])
    redis.call('HSET', KEYS[2], 'forgotten', oldest[2])
  end
  redis.call('HSET', KEYS[2], nonce, string.format('%.0f', nc) .. ' 1')
  redis.call('ZADD', KEYS[3], ARGV[2], nonce)
end
-- A nonce from ahead is good for longer, and so is what is known of it.
redis.call('PEXPIRE', KEYS[2], kept + leeway)
redis.call('PEXPIRE', KEYS[3], kept + leeway)
return 'first'
