-- Put before the scripts that must notice another server, which may have lost something: after a restart or a failover.
local function run_of_server()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or 'unknown'
end
