-- KEYS: state.
local state = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'run')
if state[3] ~= run_of_server() then return {false, false} end
return {state[1], state[2]}
