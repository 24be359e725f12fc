#!/usr/bin/env python3
"""Numbers at the ends of what an option takes, and just outside: no run ends by a signal or as an internal error, and
what is refused is refused with its place (file:line of a script, the name of an option of the command line).

    extremes.py UCSIM FOLDER quick|all

Alone: every numeric field of a scenario, every bound, every option of the command line. In pairs, at their extremes:
fields with fields, bounds with bounds. `quick` takes a sample of the pairs, the same each time.
"""
import itertools, os, re, subprocess, sys

ucsim, folder, mode = sys.argv[1:4]
FAR = [-1, 0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64, -2**63, -2**64]
wrong = []


def around(low, high):
    """The ends of a range and their neighbours outside; then what is far away."""
    return list(dict.fromkeys([low, low - 1, high, high + 1] + FAR))


# ---- scripts

FIELDS = {  # of a scenario: lowest, highest that is of any use
    'capacity': (0, 2**63 - 1), 'reservation': (0, 2**63 - 1), 'tag_bytes': (1, 16), 'ticket_bytes': (1, 16),
    'seed': (0, 2**63 - 1), 'budget': (0, 2**63 - 1),
    'keys': (0, 2**63 - 1), 'tickets': (0, 2**63 - 1), 'transfers': (0, 2**63 - 1), 'intervals': (0, 2**63 - 1),
    'parties': (1, 1000),
}
LIMITS = ('keys', 'tickets', 'transfers', 'intervals')
BOUNDS = {name: (0, 1000) for name in (
    'keygen', 'request', 'cancel', 'transfer', 'resend', 'sign', 'verify', 'status', 'deliver', 'mutate', 'crash',
    'restart', 'restore', 'corrupt', 'forge', 'counterfeit')}
BOUNDS.update(wrong=(0, 8), any=(0, 1), flawed=(0, 1), parties=(1, 1000), keygen_by=(1, 1000), messages=(1, 4))
CUTS = ('wrong', 'any', 'flawed', 'parties', 'keygen_by', 'messages')
PLAY = '''function (z)
  local a, b = parties[1], parties[#parties]
  local key = z:keygen(a)
  if key.kind == "error" then return end
  for _, n in ipairs { 1, 2, 2147483647, 2147483648, 4294967296, 9223372036854775807, -1, math.mininteger, 0 } do
    local t = z:request(b, { key = key, count = n, from = a })
    if t.kind ~= "error" then
      local p = z:transfer(a, { key = key, count = n, to = b, ticket = t })
      if p.kind == "payload" then z:deliver(b, p) z:deliver(b, p) end
    end
    z:sign(a, key, "m") z:sign(b, key, "n")
  end
  z:crash(a, "before") z:restart(a) z:restore(a, 0)
  z:status(a, key) z:status(b, key)
end'''


def lua(number):
    """As a text that Lua reads as this integer, where there is one."""
    return 'math.mininteger' if number == -2**63 else str(number)


def scenario(fields, bounds=None, crypto='ideal', extra=''):
    text = 'local parties = {}\nfor i = 1, %s do parties[i] = "p" .. i end\n' % min(fields.get('parties', 3), 70000)
    text += 'return scenario {\ntitle = "t",\ncrypto = "%s",\nseal = "real",\nparties = parties,\n%s' % (crypto, extra)
    text += ''.join('%s = %s,\n' % (n, lua(v)) for n, v in fields.items() if n not in LIMITS and n != 'parties')
    limits = ''.join('%s = %s,\n' % (n, lua(v)) for n, v in fields.items() if n in LIMITS)
    text += 'limits = {\n%s},\n' % limits if limits else ''
    if bounds is not None:
        text += 'explore = {\n%s},\n' % ''.join('%s = %s,\n' % (n, lua(v)) for n, v in bounds.items())
    return text + 'storage = "rollback",\nenvironment = %s,\n}\n' % PLAY


def run(what, command, timeout=20):
    try:
        r = subprocess.run([ucsim] + command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, cwd=folder)
    except subprocess.TimeoutExpired:
        return None, '', ''  # it went on: no refusal, no crash
    out, err = r.stdout.decode(errors='replace'), r.stderr.decode(errors='replace')
    if r.returncode < 0 or r.returncode in (4, 77) or r.returncode > 127:
        wrong.append('%s: exit %d of ucsim %s: %s' % (what, r.returncode, ' '.join(command), (err or out)[-300:]))
    return r.returncode, out, err


def refused_with_place(what, name, code, err):
    if code == 2 and not re.search(r'^ucsim: (\S*/)?%s\.lua:\d+: ' % re.escape(name), err, re.M):
        wrong.append('%s: refused without its place: %s' % (what, err[:300]))


def write(name, text):
    with open(os.path.join(folder, name + '.lua'), 'w') as f:
        f.write(text)


def check_all(cases):
    """Runs all scripts in one process; when it ends badly, one by one, to tell which."""
    os.makedirs(os.path.join(folder, 'all'), exist_ok=True)
    for i, (what, text) in enumerate(cases):
        write('all/c%04d' % i, text)
    before = len(wrong)
    code, out, err = run('all scripts', ['check', '--quiet', 'all'], 900)
    if len(wrong) > before or code is None:
        del wrong[before:]
        for i, (what, text) in enumerate(cases):
            run(what, ['check', '--quiet', 'all/c%04d.lua' % i])
        return
    for line in err.splitlines():
        if not re.match(r'ucsim: (\S*/)?c\d{4}\.lua:\d+: ', line):
            wrong.append('refused without its place: ' + line[:300])


def scripts():
    cases = [('%s = %d' % (n, v), scenario({n: v})) for n, (low, high) in FIELDS.items() for v in around(low, high)]
    cases += [('%s = %d, crypto real' % (n, v), scenario({n: v}, crypto='real'))
              for n, (low, high) in FIELDS.items() for v in (low, high)]
    pairs = [({a: x, b: y}) for a, b in itertools.combinations(FIELDS, 2) for x in FIELDS[a] for y in FIELDS[b]]
    pairs = pairs[::19] if mode == 'quick' else pairs
    cases += [(str(p), scenario(p)) for p in pairs if not (mode == 'quick' and 1000 in p.values())]
    check_all(cases)


def explore_one(what, name, bounds, arguments=()):
    write(name, scenario({}, bounds))
    code, _, err = run(what, ['explore', '--quiet', '--depth', '2', '--memory', '600', *arguments, name + '.lua'])
    refused_with_place(what, name, code, err)


def bounds():
    values = lambda low, high: (low, high) if mode == 'quick' else around(low, high)
    for n, (low, high) in BOUNDS.items():
        for v in values(low, high) if n in ('sign', 'parties') or mode == 'all' else (high + 1,) if n in CUTS else ():
            explore_one('explore.%s = %d' % (n, v), 'e', {n: v})
    pairs = [{a: x, b: y} for a, b in itertools.combinations(BOUNDS, 2) for x in BOUNDS[a] for y in BOUNDS[b]]
    for p in pairs[::233] if mode == 'quick' else pairs:
        explore_one(str(p), 'e', p)
    every = {n: high for n, (low, high) in BOUNDS.items()}
    for strategy in ('bfs', 'dfs', 'random', 'pct') if mode == 'all' else ('pct',):
        explore_one('all bounds, ' + strategy, 'e', every, ['--strategy', strategy, '--seconds', '2'] + (['--walks', '2'] if strategy in ('random', 'pct') else []))


# ---- the command line

OPTIONS = [  # command, what else it needs, option, range
    ('check', ['s.lua'], '--seed', (0, 2**63 - 1)), ('check', ['s.lua'], '--seeds', (1, 2)), ('check', ['s.lua'], '--jobs', (1, 64)),
    ('run', ['--world', 'real', 's.lua'], '--seed', (0, 2**63 - 1)),
    *(('explore', ['--depth', '2', '--seconds', '2', *more, 'b.lua'], option, r) for more, option, r in (
        ([], '--memory', (0, 2**31 - 1)), ([], '--seconds', (0, 1)), ([], '--depth', (0, 2**31 - 1)), ([], '--jobs', (1, 16)),
        ([], '--shrink-tries', (0, 2**31 - 1)), (['--strategy', 'random'], '--walks', (1, 2**31 - 1)),
        (['--strategy', 'random', '--walks', '2'], '--seed', (0, 2**63 - 1)),
        (['--strategy', 'pct', '--walks', '2'], '--change-points', (0, 64)))),
    *(('explore', ['--depth', '2', '--seconds', '2', 'b.lua', '--bound'], n.replace('_', '-') + '=', BOUNDS[n]) for n in BOUNDS),
    ('shrink', ['found.schedule'], '--tries', (1, 2**31 - 1)),
    ('advantage', ['native:tag-guess'], '--samples', (1, 2)),
    *(('advantage', ['-n', '2', 'native:tag-guess'], option, r) for option, r in (
        ('--seed', (0, 2**63 - 1)), ('--jobs', (1, 16)), ('--keys', (0, 1000)), ('--alpha', (0, 1)), ('--precision', (0, 1)))),
    *(('advantage', ['-n', '2', 'native:tag-guess', '--set'], option, r) for option, r in (
        ('queries=', (0, 65536)), ('tag_bytes=', (1, 16)))),
    *(('advantage', ['-n', '2', 'native:' + native, '--set'], option, r) for native, option, r in (
        ('ticket-collision', 'queries=', (0, 1000)), ('ticket-replay', 'ticket_bytes=', (1, 16)),
        ('ticket-replay', 'queries=', (0, 900)), ('onetime-forgery', 'hash_bytes=', (1, 3)))),
    *(('diagram', ['-f', 'dot', '-o', '-', 't.jsonl'], option, (0, 2**31 - 1)) for option in ('--rows', '--page', '--context')),
    ('sig', ['sign', '--set', 'LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8', '--seed', '07' * 48, '--message', 's.lua', '--signature',
             'sig.out'], '--index', (0, 31)),
    ('sig', ['keygen', '--set', 'LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8', '--seed', '07' * 48, '--public', 'pub.out'], '--jobs', (0, 64)),
]


def option(command, more, name, value):
    what = '%s %s%s' % (command, name, value)
    argument = ['%s%s' % (name, value)] if name.endswith('=') else ['%s=%s' % (name, value)]
    code, _, err = run(what, [command, *more, *argument], 6 if mode == 'all' else 2)
    if code == 2 and name.strip('-=') not in err:
        wrong.append('%s: refused without its name: %s' % (what, err[:300]))


def command_line():
    write('s', scenario({}))
    write('b', scenario({}, {'sign': 1, 'request': 1}))
    with open(os.path.join(folder, 'found.schedule'), 'w') as f:
        f.write('ucsim-schedule 1\nkeygen hsm1 LMS_SHA256_M32_H5/LMOTS_SHA256_N32_W8\n')
    run('a trace', ['check', '--quiet', '--trace', 't.jsonl', 's.lua'])
    for i, (command, more, name, (low, high)) in enumerate(OPTIONS):
        values = around(low, high)
        if mode == 'quick':  # one value outside for each, another one
            values = [v for v in [FAR[i % len(FAR)], low - 1, high + 1] if not low <= v <= high][:1]
        for value in values:
            option(command, more, name, value)


failed = False
for part in scripts, bounds, command_line:  # what a part found is said although a later one takes long
    part()
    print(''.join(w + '\n' for w in wrong), end='', flush=True)
    failed = failed or bool(wrong)
    wrong.clear()
sys.exit(failed)
