-- KEYS: state, the proof, what is held by its key, what is held by its subject.
-- ARGV: the second that the proof names, milliseconds for which it is kept, proofs of one key, of one subject.
-- What is held is counted in spans as long as a proof is kept: those of this one and of the one before.
local named, kept = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local second = tonumber(time[1])
local now = second * 1000 + math.floor(tonumber(time[2]) / 1000)
local run, state = run_of_server(), redis.call('HMGET', KEYS[1], 'run', 'born')
local born = tonumber(state[2])
if state[1] ~= run or not born then
  -- Another server, or everything was deleted: which proofs were used before is not known.
  redis.call('HSET', KEYS[1], 'run', run, 'born', string.format('%.0f', second))
  born = second
end
if redis.call('EXISTS', KEYS[2]) == 1 then return 'replayed' end
if named < born then return 'forgotten' end
local spans = {}
for place = 3, 4 do
  local span = redis.call('HMGET', KEYS[place], 'began', 'now', 'before')
  local began, here, before = tonumber(span[1]) or now, tonumber(span[2]) or 0, tonumber(span[3]) or 0
  if now - began >= 2 * kept then
    began, here, before = now, 0, 0
  elseif now - began >= kept then
    began, here, before = began + kept, 0, here
  end
  if here + before >= tonumber(ARGV[place]) then return 'share full' end
  spans[place] = {began, here + 1, before}
end
for place = 3, 4 do
  local began, here, before = unpack(spans[place])
  redis.call('HSET', KEYS[place], 'began', string.format('%.0f', began), 'now', here, 'before', before)
  redis.call('PEXPIRE', KEYS[place], 2 * kept)
end
redis.call('SET', KEYS[2], '', 'PX', kept)
return 'first'
