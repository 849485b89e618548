"""The Lua, each with its legend. Redis 6.2 commands only, so every Redis and Valkey runs it.

All keys of a day of a centre share one hash tag, so a script's keys live on one node of a cluster:

  seats:{pudong:2026-11-27}:left      hash  slot id → seats left
  seats:{pudong:2026-11-27}:holders   hash  booking ref → "slot-id expiry"; expiry in ms since 1970 while it is a
                                      hold, 0 once settled, -1 once given back (remembered, not counted)
  seats:{pudong:2026-11-27}:seats     hash  slot id → seats it was loaded or balanced with
  seats:{pudong:2026-11-27}:tries     hash  lawyer → attempts in this minute

`left` is always seats minus counted holders; it is kept beside them only to be read fast. A slot missing in `left`
is *not loaded*: never zero, never full. No script creates a counter but LOAD. Each may run twice without harm,
since a client sends a call again when it timed out.
"""

HELD, KNOWN, FULL, UNLOADED, TOO_MANY = 1, 2, 0, -1, -2

# Take seats, one after another, unless there is none or the holder has one already. The first holder makes the hash: it
# ends with `left`.
# KEYS left, holders, tries · ARGV expiry, tries allowed, minute, then slot, ref, lawyer for each
# → outcome, seats left for each
RESERVE = """
local expiry, most, minute = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local function reserve(slot, ref, lawyer)
  local left = redis.call('HGET', KEYS[1], slot)
  if not left then return -1, 0 end
  if redis.call('HEXISTS', KEYS[2], ref) == 1 then return 2, tonumber(left) end
  if redis.call('HINCRBY', KEYS[3], lawyer .. ':' .. minute, 1) > most then return -2, 0 end
  if tonumber(left) <= 0 then return 0, 0 end
  redis.call('HSET', KEYS[2], ref, slot .. ' ' .. expiry)
  return 1, redis.call('HINCRBY', KEYS[1], slot, -1)
end
local before, told = redis.call('HLEN', KEYS[2]), {}
for i = 4, #ARGV, 3 do
  local outcome, left = reserve(ARGV[i], ARGV[i + 1], ARGV[i + 2])
  told[#told + 1], told[#told + 2] = outcome, left
end
if redis.call('TTL', KEYS[3]) == -1 then redis.call('EXPIRE', KEYS[3], 120) end
local ttl = redis.call('TTL', KEYS[1])
if ttl > 0 and before == 0 then redis.call('EXPIRE', KEYS[2], ttl) end
return told
"""

# Count a try that was refused without asking for a seat.
# KEYS tries · ARGV lawyer, tries allowed, minute → outcome
TRY = """
local tried = ARGV[1] .. ':' .. ARGV[3]
local many = redis.call('HINCRBY', KEYS[1], tried, 1)
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], 120) end
return many > tonumber(ARGV[2]) and -2 or 1
"""

# Make holds lasting after the commit, and wake the relay. A holder that was lost with Redis is counted again.
# The first holder makes the hash, which then has no end of its own: it gets that of `left`.
# KEYS left, holders · ARGV channel, then slot, ref for each → how many were counted anew
SETTLE = """
local anew = 0
for i = 2, #ARGV, 2 do
  local slot, ref = ARGV[i], ARGV[i + 1]
  if redis.call('HEXISTS', KEYS[1], slot) == 1 then
    local held = redis.call('HGET', KEYS[2], ref)
    local where, expiry = string.match(held or '', '^(%S+) (%S+)$')
    if not where or expiry == '-1' or where ~= slot then
      redis.call('HINCRBY', KEYS[1], slot, -1)
      anew = anew + 1
      if where and expiry ~= '-1' and redis.call('HEXISTS', KEYS[1], where) == 1 then
        redis.call('HINCRBY', KEYS[1], where, 1)
      end
    end
    redis.call('HSET', KEYS[2], ref, slot .. ' 0')
  end
end
local ttl = redis.call('TTL', KEYS[1])
if ttl > 0 and redis.call('TTL', KEYS[2]) < 0 then redis.call('EXPIRE', KEYS[2], ttl) end
redis.call('PUBLISH', ARGV[1], '')
return anew
"""

# Give seats back, by reference: a second time finds nothing to give. With 'remember' the holder stays, uncounted, so
# that a repeated request is recognised even when the slot has filled up since.
# KEYS left, holders · ARGV channel, 'remember' or 'forget', then ref … → how many seats came back
GIVE_BACK = """
local back = 0
for i = 3, #ARGV do
  local held = redis.call('HGET', KEYS[2], ARGV[i])
  local where, expiry = string.match(held or '', '^(%S+) (%S+)$')
  if where and expiry ~= '-1' then
    if redis.call('HEXISTS', KEYS[1], where) == 1 then redis.call('HINCRBY', KEYS[1], where, 1) end
    back = back + 1
  end
  if where and ARGV[2] == 'remember' then redis.call('HSET', KEYS[2], ARGV[i], where .. ' -1') end
  if where and ARGV[2] ~= 'remember' then redis.call('HDEL', KEYS[2], ARGV[i]) end
end
redis.call('PUBLISH', ARGV[1], '')
return back
"""

# Fill in slots that are not loaded, from SQL: the holders first, then what they leave over.
# KEYS left, holders, seats · ARGV seconds to live, number of slots n, then n × (slot, seats), then (slot, ref) …
# → how many slots were loaded
LOAD = """
local n, wanted, loaded = tonumber(ARGV[2]), {}, 0
for i = 3, 1 + 2 * n, 2 do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 0 then
    wanted[ARGV[i]] = tonumber(ARGV[i + 1])
    redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
  end
end
for i = 3 + 2 * n, #ARGV, 2 do
  if wanted[ARGV[i]] then redis.call('HSETNX', KEYS[2], ARGV[i + 1], ARGV[i] .. ' 0') end
end
for _, held in ipairs(redis.call('HVALS', KEYS[2])) do
  local where, expiry = string.match(held, '^(%S+) (%S+)$')
  if wanted[where] and expiry ~= '-1' then wanted[where] = wanted[where] - 1 end
end
for slot, left in pairs(wanted) do
  redis.call('HSET', KEYS[1], slot, left)
  loaded = loaded + 1
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[1]) end
return loaded
"""

# Set `left` right: seats minus counted holders, for loaded slots. What a changed number of seats explains is no drift.
# KEYS left, holders, seats · ARGV slot, seats, … → by how many seats `left` had drifted
BALANCE = """
local held, drift = {}, 0
for _, holder in ipairs(redis.call('HVALS', KEYS[2])) do
  local where, expiry = string.match(holder, '^(%S+) (%S+)$')
  if expiry ~= '-1' then held[where] = (held[where] or 0) + 1 end
end
for i = 1, #ARGV, 2 do
  local slot, seats, shown = ARGV[i], tonumber(ARGV[i + 1]), redis.call('HGET', KEYS[1], ARGV[i])
  local before = tonumber(redis.call('HGET', KEYS[3], slot) or seats)
  local taken = held[slot] or 0
  if shown then
    drift = drift + math.abs(tonumber(shown) - (before - taken))
    if tonumber(shown) ~= seats - taken then redis.call('HSET', KEYS[1], slot, seats - taken) end
    if before ~= seats then redis.call('HSET', KEYS[3], slot, seats) end
  end
end
return drift
"""
