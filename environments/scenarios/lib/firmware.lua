-- A firmware release service: one protocol on top of distributed key management, written once and run over F_DKM (ideal
-- world) and over the protocol (real world). An image is built, signed at any HSM, published in a repository; devices take
-- from there what is newer than what they have, if its signature verifies under the key that they were made with.
--
-- Its own environment sees the service's outputs, as lines, and nothing from below: `firmware.environment(run)` hands
-- `run(service, attacker)` two tables and keeps z to itself. See docs/model.md, "Composition".
local firmware = {}

-- What the parts share: z, the outputs, the key, the repository, what every one-time key has signed.
local function new_state(z, options)
  return { z = z, sites = options.sites, devices = options.devices, share = options.share, outputs = {}, repository = {},
           signed = {}, installed = {}, held_back = {}, wire = {}, lost = false }
end

local function says(state, ...)
  state.outputs[#state.outputs + 1] = string.format(...)
end

local function same_release(one, other)
  return one.version == other.version and one.image == other.image
end

-- A release goes to the repository; the service's own log notices a one-time key that has signed two images.
local function put(state, release)
  local before = state.signed[release.signature.index]
  if before and not same_release(before, release) then
    says(state, "log: one-time key %d signs %s and %s", release.signature.index, before.image, release.image)
  end
  state.signed[release.signature.index] = release
  state.repository[#state.repository + 1] = release
end

local function arrive(state, site, payload)
  state.wire[#state.wire + 1] = payload
  if not payload or payload.kind ~= "payload" then
    says(state, "%s: cannot be handed over", site)
  elseif state.lost then
    says(state, "%s: waits for its one-time keys", site)
  else
    local answer = state.z:deliver(site, payload)
    says(state, answer and "%s: has %d one-time keys" or "%s: refuses", site, answer and answer.b - answer.a)
  end
end

local service = {}

-- The first site makes the key, every other gets a share of it.
function service.start(state)
  local first = state.sites[1]
  state.key = state.z:keygen(first)
  for i = 2, #state.sites do
    local site = state.sites[i]
    local ticket = state.z:request(site, { key = state.key, count = state.share, from = first })
    state.held_back[site] = ticket
    arrive(state, site, state.z:transfer(first, { key = state.key, count = state.share, to = site, ticket = ticket }))
  end
end

-- Once more, for a site that still waits.
function service.hand_over_again(state, site)
  arrive(state, site, state.z:resend(state.sites[1], { to = site, ticket = state.held_back[site] }))
end

function service.build(_, version)
  return { version = version, image = "firmware " .. version }
end

-- Signs at a site and publishes. True if it is out.
function service.release(state, version, site)
  local release = service.build(state, version)
  local answer = state.z:sign(site, state.key, release.image)
  if not answer or answer.kind ~= "signature" then
    says(state, "%s: not signed at %s: %s", release.image, site, answer and answer.error or "no answer")
    return false
  end
  release.signature = answer
  says(state, "%s: published", release.image)
  put(state, release)
  return true
end

local function accepts(state, device, release)
  return release.version > (state.installed[device] or 0) and
    state.z:verify(state.sites[1], state.key, release.image, release.signature)
end

-- Every device goes through the repository once.
function service.update(state)
  for _, device in ipairs(state.devices) do
    for _, release in ipairs(state.repository) do
      if accepts(state, device, release) then
        state.installed[device] = release.version
        says(state, "%s: installs %s", device, release.image)
      end
    end
  end
end

-- All outputs since the last call.
function service.outputs(state)
  local all = state.outputs
  state.outputs = {}
  return all
end

local attacker = {}

function attacker.crash(state, site, point) state.z:crash(site, point) end
function attacker.restart(state, site) state.z:restart(site) end
function attacker.lose_payloads(state, lost) state.lost = lost end

-- What is in the repository is public: signatures of old releases, to be put under other images.
function attacker.published(state) return state.repository end
function attacker.publish(state, version, image, signature)
  state.repository[#state.repository + 1] = { version = version, image = image, signature = signature }
end

-- He reads the wire between the sites, breaks into machines and uses what he finds there.
function attacker.wire(state) return state.wire end
function attacker.break_into(state, site) return state.z:corrupt(site) end
function attacker.open(state, sealing, payload) return state.z:open(sealing, payload) end
function attacker.forge(state, seed, index, image) return state.z:forge(seed, index, image) end

local function bind(state, methods)
  local bound = {}
  for name, method in pairs(methods) do
    bound[name] = function (_, ...) return method(state, ...) end
  end
  return bound
end

-- options: sites, devices, share (one-time keys for each site but the first)
function firmware.environment(options, run)
  return function (z)
    local state = new_state(z, options)
    return run(bind(state, service), bind(state, attacker))
  end
end

-- The outputs since the last call must be these lines.
function firmware.expect(outputs, ...)
  local wanted = { ... }
  for i = 1, math.max(#wanted, #outputs) do
    assert(wanted[i] == outputs[i],
           "expected '" .. (wanted[i] or "nothing more") .. "', the service says '" .. (outputs[i] or "nothing more") .. "'")
  end
end

return firmware
