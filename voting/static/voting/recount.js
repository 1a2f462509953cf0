// Recounts a published file in the browser: the same checks as voting/recount/notice.py, in the same order and words.
'use strict';

const K = new Uint32Array(64);
const START = new Uint32Array(8);
// The first 32 bits of the fractional parts of the cube and square roots of the first primes (FIPS 180-4).
for (let number = 2, found = 0; found < 64; number += 1) {
  let prime = true;
  for (let by = 2; by * by <= number; by += 1) if (number % by === 0) prime = false;
  if (!prime) continue;
  if (found < 8) START[found] = fraction(Math.sqrt(number));
  K[found] = fraction(Math.cbrt(number));
  found += 1;
}

function fraction(root) {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}

/** Return the SHA-256 of bytes, 64 hexadecimal digits. A page without HTTPS has no crypto.subtle. */
function sha256(bytes) {
  const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
  const hash = Uint32Array.from(START);
  const w = new Uint32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i += 1) w[i] = view.getUint32(at + 4 * i);
    for (let i = 16; i < 64; i += 1) {
      const s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
      const s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = hash;
    for (let i = 0; i < 64; i += 1) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) >>> 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) >>> 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) >>> 0, c, b, a, (one + two) >>> 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => { hash[i] += value; });
  }
  return [...hash].map((value) => value.toString(16).padStart(8, '0')).join('');
}

/** Return JSON with sorted keys and no blanks: the text that is hashed. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const pairs = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${pairs.join(',')}}`;
}

const same = (one, other) => canonical(one) === canonical(other);
/** The votes of a project part by part; what was marked twice is said only where the rules void the project for it. */
const partsOf = (item) => PARTS.map((part) => item[part] || 0);
const sum = (values) => values.reduce((total, value) => total + value, 0);
const bytesOf = (text) => new TextEncoder().encode(text);
const FIGURES = ['returned', 'valid', 'blank', 'void'];
const MOST_POINTS = 20;
const PARTS = ['for', 'basically', 'against', 'abstain', 'not_pressed', 'double_marked'];
const WORKING = [
  'place', 'score', 'points', 'passes_floor', 'passes_group', 'group_for', 'decision', 'reason', 'grade',
];

class Report {
  constructor() {
    this.checks = [];
    this.result = {};
  }

  check(name, found, said) {
    this.checks.push({ check: name, said, found, agrees: same(found, said) });
  }

  get agrees() {
    return this.checks.length > 0 && this.checks.every((each) => each.agrees);
  }
}

/** Return the report on the text of a published file. Throws where it is none. */
function recount(text, characters) {
  const file = JSON.parse(text);
  if (file.format !== 'piaojue-public/1') throw new Error(String(file.format));
  const body = file.notice;
  const report = new Report();
  report.check('hash of the notice', sha256(bytesOf(canonical(body))), file.notice_digest);
  const mark = markOf(body.round.key, characters);
  report.check('mark of the key', mark, body.round.key_mark === undefined ? mark : body.round.key_mark);
  const { hashes } = file;
  report.check('ballots in the urn', hashes.length, body.urn.ballots);
  const sorted = hashes.every((each, at) => at === 0 || hashes[at - 1] < each);
  report.check('list of the urn is sorted, each ballot once', sorted, true);
  report.check('root of the urn', rootOf(hashes), body.urn.root);
  checkTests(report, body.urn, body.tests, new Set(hashes));
  const own = { number: body.round.number, seats: body.round.seats, chosen: body.chosen, part: body, channels: body.channels };
  const earlier = body.rounds.map((part) => (
    { number: part.number, seats: part.seats, chosen: part.chosen, part, channels: {} }));
  const rounds = [...earlier, own];
  const sums = sumsOf(report, body, rounds);
  const singles = singlesIn(report, file, rounds.map((round) => round.number));
  rounds.forEach((round, at) => checkRound(report, round, body.rules, sums[at], singles.get(round.number)));
  checkAll(report, body, rounds);
  report.result = {
    chosen: body.chosen_in_all,
    rounds: Object.fromEntries(rounds.map((round) => [
      String(round.number),
      Object.fromEntries(round.part.items.map((item) => [String(item.number), item.for])),
    ])),
  };
  return report;
}

/** Check the list of the test ballots; a record from before there were any has none. `cast` is what lies in the urn. */
function checkTests(report, urn, tests, cast) {
  if (tests === undefined && urn.tests === undefined) return;
  const hashes = (tests || []).map((each) => each.hash);
  report.check('number of test ballots', hashes.length, urn.tests);
  const sorted = hashes.every((each, at) => at === 0 || hashes[at - 1] < each);
  report.check('list of the test ballots is sorted, each once', sorted, true);
  report.check('root of the test ballots', rootOf(hashes), urn.test_root);
  report.check('test ballots that were cast', hashes.filter((each) => cast.has(each)).sort(), []);
  const byServer = urn.by_server === undefined ? -1 : urn.by_server;
  report.check('sealed by the server, of all ballots', byServer >= 0 && byServer <= urn.ballots, true);
}

/** Draw the mark of a key from the first 60 bits of its fingerprint. */
function markOf(key, characters) {
  const bits = BigInt(`0x${key.slice(0, 15)}`);
  const all = [...characters];
  const places = [5, 4, 3, 2, 1, 0].map((place) => Number((bits >> BigInt(10 * place)) & 1023n));
  const digits = places.map((place) => String(place).padStart(4, '0')).join(' ');
  return `${places.map((place) => all[place]).join('')} ${digits}`;
}

function rootOf(hashes) {
  const prefix = bytesOf('piaojue-urn/1\n');
  const bytes = new Uint8Array(prefix.length + 32 * hashes.length);
  bytes.set(prefix);
  hashes.forEach((hex, at) => {
    if (!/^[0-9a-f]{64}$/.test(hex)) throw new Error(hex);
    for (let i = 0; i < 32; i += 1) bytes[prefix.length + 32 * at + i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  });
  return sha256(bytes);
}

/** Return the money that each round shares out: what the one before left, and of the first the whole sum. */
function sumsOf(report, body, rounds) {
  const left = rounds.slice(0, -1).map(({ part }) => (part.next ? part.next.money_left : undefined));
  const own = body.round.previous ? body.round.previous.money_left : undefined;
  const last = left[left.length - 1];
  if (left.length && (own !== undefined || last !== undefined)) {
    report.check('money of the last round', own === undefined ? null : own, last === undefined ? null : last);
  }
  const sums = left.length ? [undefined, ...left.slice(0, -1), own] : [own];
  return sums.map((sum) => (sum === undefined ? body.rules.budget || 0 : sum));
}

/** Return the single ballots by their round, and check that they are of rounds of the file, each once. */
function singlesIn(report, file, numbers) {
  const listed = file.singles || [];
  const named = listed.map((each) => each.round);
  if (listed.length) report.check('rounds of the single ballots', named, numbers.filter((each) => named.includes(each)));
  return new Map(listed.map((each) => [each.round, each.rows]));
}

function checkRound(report, round, rules, budget, rows) {
  const name = `round ${round.number}`;
  const { part, channels } = round;
  checkSums(report, `${name}, all ballots`, part.ballots, part.items);
  const names = Object.keys(channels);
  for (const each of names) {
    const { items } = channels[each];
    checkSums(report, `${name}, ${each}`, channels[each], items);
    if (each === 'online' && items.some((item) => 'double_marked' in item)) {
      report.check(`${name}, marked twice online`, sum(items.map((item) => item.double_marked || 0)), 0);
    }
  }
  if (names.length) checkChannels(report, name, part, names.map((each) => channels[each]));
  checkSingles(report, name, part, rules, rows);
  let outcome;
  try {
    outcome = decide(part, rules, round.seats, budget, rows);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    report.check(`${name}, can be decided`, error.message, '');
    return;
  }
  checkDecisions(report, name, round, outcome);
}

function checkSums(report, name, ballots, items) {
  report.check(`${name}: valid + void`, ballots.valid + ballots.void, ballots.returned);
  report.check(`${name}: reasons of the void`, sum(Object.values(ballots.void_reasons)), ballots.void);
  for (const item of items) {
    report.check(`${name}: project ${item.number}`, sum(partsOf(item)), ballots.valid);
    if (item.places.length) report.check(`${name}: places of project ${item.number}`, sum(item.places), item.for);
  }
}

function checkChannels(report, name, part, channels) {
  for (const figure of FIGURES) {
    report.check(`${name}, ${figure} over the channels`, sum(channels.map((each) => each[figure])), part.ballots[figure]);
  }
  if (!channels.every((each) => each.items.length)) return;
  const numbers = part.items.map((item) => item.number);
  const listed = channels.map((each) => each.items.map((item) => item.number));
  report.check(`${name}, projects of the channels`, listed, channels.map(() => numbers));
  if (!listed.every((each) => same(each, numbers))) return;
  part.items.forEach((item, at) => {
    const apart = channels.map((each) => partsOf(each.items[at]));
    const votes = PARTS.map((_vote, place) => sum(apart.map((parts) => parts[place])));
    report.check(`${name}, project ${item.number} over the channels`, votes, partsOf(item));
  });
}

class Mismatch extends Error {}

/** Return the threshold of the rules as a function of the size of its base: the least that passes. */
function floorOf(rules, part) {
  const base = rules[`${part}_base`];
  if (!base) return null;
  const [top, bottom] = [rules[`${part}_numerator`], rules[`${part}_denominator`]];
  const more = rules[`${part}_comparator`] === 'gt';
  return {
    base,
    least: (size) => (more ? Math.floor(size * top / bottom) + 1 : Math.max(1, Math.ceil(size * top / bottom))),
  };
}

function requireSums(ballots, items) {
  if (ballots.valid + sum(Object.values(ballots.void_reasons)) !== ballots.returned) {
    throw new Mismatch('the ballots');
  }
  for (const item of items) {
    if (sum(partsOf(item)) !== ballots.valid) throw new Mismatch(`item ${item.number}`);
    const reasons = Object.values(ballots.void_reasons);
    const parts = [ballots.valid, ballots.blank, ...reasons, ...partsOf(item), ...item.places];
    if (Math.min(...parts) < 0) throw new Mismatch(`item ${item.number}`);
  }
}

/** What makes a vote impossible, in the words of voting/count/measures.py and totals.py: the first that holds is said. */
function requirePossible(part, rules, seats, budget) {
  const { ballots, attendance, paper, group } = part;
  const [kind, numbers] = [rules.ballot_type, part.items.map((item) => item.number)];
  const floors = ['floor', 'group', 'satisfied'].filter((name) => rules[`${name}_base`]).map((name) => (
    [rules[`${name}_numerator`], rules[`${name}_denominator`], rules[`${name}_comparator`]]));
  const people = [attendance, group || attendance];
  const counted = people.flatMap((each) => [each.roll, each.present]);
  const [issued, onPaper] = [ballots.issued, paper ? paper.issued : 0];
  const faults = [
    [floors.some(([top, bottom]) => bottom < 1 || top < 0 || top > bottom), 'a floor is a fraction between 0 and 1'],
    [floors.some(([top, bottom, than]) => top === bottom && than === 'gt'), 'nothing is more than the whole'],
    [seats < 1, 'a vote chooses at least one item'],
    [kind === 'up_to' && rules.under_vote === 'void', 'up to N with fewer marks void is exactly N'],
    [kind === 'exactly' && rules.under_vote === 'valid', 'exactly N with fewer marks valid is up to N'],
    [kind === 'ranking' && !rules.scoring, 'a ranking says how it is read'],
    [kind !== 'ranking' && rules.scoring, 'only a ranking is scored'],
    [kind === 'whole_report' && !rules.floor_base, 'a report is approved by a majority, and the rule says of what'],
    [kind === 'whole_report' && rules.under_vote === 'void', 'a report ballot without a mark is blank, and nothing less'],
    [kind === 'grades' && (!rules.floor_base || !rules.satisfied_base || rules.group_base),
      'an assessment says of what and how much each grade needs, over one body'],
    [kind !== 'grades' && rules.satisfied_base, 'only an assessment has grades'],
    [rules.double_mark === 'item' && !['per_item', 'per_item_up_to', 'grades'].includes(kind),
      'only a ballot with a row of boxes for each item can have two marks in one'],
    [rules.method && budget < 1, 'a sum of money that is shared out is not nothing'],
    [rules.method && ['whole_report', 'grades'].includes(kind), 'a whole list and an assessment share out no money'],
    [rules.method && rules.tie_rule !== 'further_ballot',
      'where the money does not reach for all of the tied, only another ballot settles it'],
    [rules.method === 'equal_shares' && !['up_to', 'exactly', 'choose_one'].includes(kind),
      'equal shares are counted from ballots that mark projects, and nothing else'],
    [rules.method === 'equal_shares' && rules.group_base,
      "equal shares publish the single ballots, beside which a sub-group's votes could name its members"],
    [kind === 'choose_one' && rules.under_vote === 'void',
      'a ballot that chooses one without a mark is blank, and nothing less'],
    [kind === 'points' && !rules.points && !rules.most_points,
      'a ballot with points says how many it has, and how many for one item'],
    [kind !== 'points' && (rules.points || rules.most_points), 'only a ballot with points gives any'],
    [(rules.points || rules.most_points) && !((rules.most_points || 0) >= 1
      && rules.most_points <= Math.min(rules.points || 0, MOST_POINTS)),
      'one item gets at least a point, and no more than there are'],
    [rules.most_cost !== undefined && !(rules.method && kind === 'up_to'),
      'what the items of a ballot cost is limited where up to N are marked and money is shared out'],
    [rules.most_cost !== undefined && Math.min(rules.most_cost, budget) < 1,
      'a ballot may vote for items that cost something'],
    [Math.min(...counted, issued, onPaper) < 0, 'an attendance counts people and ballots'],
    [people.some((each) => each.present > each.roll), 'more delegates present than on the roll'],
    [onPaper > issued, 'more ballots issued on paper than in all'],
    [!numbers.length, 'there is nothing to vote on'],
    [new Set(numbers).size !== numbers.length, 'an official number stands twice on the ballot'],
    [seats > numbers.length, 'more seats than items to choose from'],
    [rules.method && part.items.some((item) => item.cost === undefined),
      'money is shared out, and a project has no cost'],
    [['whole_report', 'grades'].includes(kind) && seats !== numbers.length,
      'a whole report chooses all of its items or none, an assessment any'],
    [Boolean(rules.group_base) !== Boolean(group), 'a second threshold and the figures of its sub-group belong together'],
    [group && (group.valid > group.returned || group.returned > ballots.returned || group.valid > ballots.valid),
      'the sub-group'],
    [group && part.items.some((item) => item.group_for < 0 || item.group_for > Math.min(item.for, group.valid)),
      'the sub-group'],
  ];
  const fault = faults.find(([holds]) => holds);
  if (fault) throw new Mismatch(fault[1]);
}

/** Hold the totals of a round against the rules, as voting/count/counting.py does. */
function decide(part, rules, seats, budget, rows) {
  const { ballots, attendance, paper, group } = part;
  requirePossible(part, rules, seats, budget);
  requireSums(ballots, part.items);
  const twice = part.items.find((item) => item.double_marked && rules.double_mark !== 'item');
  if (twice) throw new Mismatch(`item ${twice.number}`);
  requireSingles(part, rules, seats, rows);
  const bases = { all: attendance.roll, present: attendance.present, returned: ballots.returned, valid: ballots.valid };
  const floor = floorOf(rules, 'floor');
  const size = floor ? bases[floor.base] : null;
  const least = floor ? floor.least(size) : 1;
  const isVoid = ballots.returned > ballots.issued || (paper ? paper.returned > paper.issued : false);
  const groupFloor = floorOf(rules, 'group');
  const threshold = groupFloor && groupOf(groupFloor, group);
  const items = part.items.map((item) => measure(item, rules, seats, { bases, least, threshold, isVoid }));
  const passing = items.filter((item) => item.passes_floor && item.passes_group);
  const shares = rules.method === 'equal_shares';
  const admits = rules.tie_rule === 'admit_all';
  for (const item of items) {
    item.place = 1 + items.filter((other) => higher(other.score, item.score)).length;
    [item.decision, item.reason] = judge(item, passing, seats, admits, isVoid);
  }
  if (rules.method) {
    part.items.forEach((item, at) => Object.assign(items[at], { cost: item.cost, money_left: null }));
    if (!isVoid && !shares) shareOut(passing, budget, seats, rules.method === 'greedy_stop');
  }
  if (shares) items.forEach((item) => Object.assign(item, { paid: null }));
  const raised = shares ? shareEqually(passing, rows, budget, seats) : null;
  const chosen = items.filter((item) => item.decision === 'chosen').length;
  const tiedItems = items.filter((item) => item.decision === 'tied');
  const tie = tiedItems.length > 0;
  const missing = isVoid || rules.method || rules.ballot_type === 'grades' ? 0 : Math.max(0, seats - passing.length);
  const afterTie = missing ? 'shortfall' : 'decided';
  return {
    items,
    floor: { base: floor ? floor.base : null, size, least },
    group: threshold || null,
    void: sum(Object.values(ballots.void_reasons)),
    raised,
    moneyLeft: rules.method ? budget - spentOn(items) : undefined,
    tied: tiedItems.map((item) => item.number),
    seatsLeft: tie || isVoid ? Math.min(seats - chosen, rules.method && !isVoid ? tiedItems.length : Infinity) : 0,
    status: isVoid ? 'void' : tie ? 'tie' : afterTie,
  };
}

function spentOn(items) {
  return sum(items.filter((item) => item.decision === 'chosen').map((item) => item.cost));
}

/** Share the money out among the items that pass, by score, as voting/count/budget.py does. */
function shareOut(passing, budget, seats, stops) {
  const state = { left: budget, seats, over: '', tied: false };
  const groups = [];
  for (const item of [...passing].sort((one, other) => one.place - other.place)) {
    const last = groups[groups.length - 1];
    if (last && last[0].place === item.place) last.push(item); else groups.push([item]);
  }
  for (const group of groups) shareAmong(group, state, stops);
}

function shareAmong(group, state, stops) {
  const say = (item, decision, reason) => Object.assign(item, { decision, reason, money_left: state.left });
  if (state.over || !state.seats) {
    for (const item of group) say(item, 'not_chosen', state.over || 'below_cut');
    return;
  }
  const fitting = group.filter((item) => item.cost <= state.left);
  const possible = stops && fitting.length ? group : fitting;
  for (const item of group.filter((each) => !possible.includes(each))) {
    say(item, 'not_chosen', 'does_not_fit');
    if (stops) state.over = 'after_the_end';
  }
  if (state.tied) {
    for (const item of possible) say(item, 'tied', 'waits_for_tie');
  } else if (sum(possible.map((item) => item.cost)) <= state.left && possible.length <= state.seats) {
    for (const item of possible) {
      state.left -= item.cost;
      state.seats -= 1;
      say(item, 'chosen', 'fits');
    }
  } else {
    for (const item of possible) say(item, 'tied', 'tied_for_money');
    const dearest = possible.map((item) => item.cost).sort((one, other) => other - one).slice(0, state.seats);
    if (possible.length > state.seats && sum(dearest) <= state.left) state.over = 'below_cut';
    else if (stops && possible.length <= state.seats) state.over = 'after_the_end';
    state.tied = true;
  }
}

function groupOf(floor, group) {
  const bases = { all: group.roll, present: group.present, returned: group.returned, valid: group.valid };
  const { roll, present, returned, valid } = group;
  const size = bases[floor.base];
  return { base: floor.base, size, least: floor.least(size), roll, present, returned, valid };
}

function measure(item, rules, seats, { bases, least, threshold, isVoid }) {
  const given = rules.ballot_type === 'points';
  const worth = (place) => (given ? place + 1 : seats - place);
  const pointed = given || rules.scoring === 'points';
  const points = pointed ? sum(item.places.map((ballots, place) => ballots * worth(place))) : null;
  const score = pointed ? [points] : { first_preferences: item.places }[rules.scoring] || [item.for];
  const member = threshold ? item.group_for || 0 : null;
  return {
    number: item.number,
    score,
    points,
    passes_floor: item.for + item.basically >= least && !isVoid,
    group_for: member,
    passes_group: (!threshold || member >= threshold.least) && !isVoid,
    grade: isVoid ? null : gradeOf(item, rules, bases),
  };
}

function gradeOf(item, rules, bases) {
  const [satisfied, both] = [floorOf(rules, 'satisfied'), floorOf(rules, 'floor')];
  if (!satisfied || !both) return null;
  if (item.for >= satisfied.least(bases[satisfied.base])) return 'satisfied';
  return item.for + item.basically >= both.least(bases[both.base]) ? 'basically' : 'unsatisfied';
}

/** Tell whether a score is higher: the first figure that differs decides. */
function higher(one, other) {
  for (let at = 0; at < Math.min(one.length, other.length); at += 1) {
    if (one[at] !== other[at]) return one[at] > other[at];
  }
  return one.length > other.length;
}

function judge(item, passing, seats, admits, isVoid) {
  const above = passing.filter((other) => higher(other.score, item.score)).length;
  const equal = passing.filter((other) => same(other.score, item.score)).length;
  if (isVoid) return ['not_chosen', 'vote_void'];
  if (!item.passes_floor) return ['not_chosen', 'below_floor'];
  if (!item.passes_group) return ['not_chosen', 'below_group_floor'];
  if (above >= seats) return ['not_chosen', 'below_cut'];
  if (above + equal <= seats) return ['chosen', 'above_cut'];
  return admits ? ['chosen', 'admitted_with_tie'] : ['tied', 'tied_at_cut'];
}

function checkDecisions(report, name, round, outcome) {
  const { part } = round;
  const { tie } = part;
  report.check(`${name}, status`, outcome.status, part.status);
  report.check(`${name}, floor`, outcome.floor, part.floor);
  report.check(`${name}, group`, outcome.group, part.group);
  report.check(`${name}, votes void`, outcome.void, part.ballots.void);
  outcome.items.forEach((item, at) => {
    const said = part.items[at];
    const found = afterTie(tie, item);
    for (const figure of WORKING) report.check(`${name}, project ${item.number}, ${figure}`, found[figure], said[figure]);
    for (const amount of ['cost', 'money_left', 'paid']) {
      const [counted, told] = [found[amount], said[amount]].map((each) => (each === undefined ? null : each));
      if (amount in found || amount in said) report.check(`${name}, project ${item.number}, ${amount}`, counted, told);
    }
  });
  if (outcome.raised !== null || 'raised' in part) {
    report.check(`${name}, times the shares were raised`, outcome.raised, part.raised === undefined ? null : part.raised);
  }
  if (outcome.moneyLeft !== undefined && part.next) {
    report.check(`${name}, money left for the next`, outcome.moneyLeft, part.next.money_left);
  }
  const chosen = part.items.filter((item) => item.decision === 'chosen').map((item) => item.number);
  report.check(`${name}, chosen`, chosen, round.chosen);
  if (!tie) return;
  const decided = new Set(tie.chosen);
  report.check(`${name}, decided among the tied`, tie.chosen.every((number) => outcome.tied.includes(number)), true);
  report.check(`${name}, places decided`, decided.size, outcome.seatsLeft);
  report.check(`${name}, each decided once`, decided.size, tie.chosen.length);
}

/** Return the item as a recorded decision of the tie leaves it. */
function afterTie(tie, item) {
  if (!tie || item.decision !== 'tied') return item;
  const won = tie.chosen.includes(item.number);
  return { ...item, decision: won ? 'chosen' : 'not_chosen', reason: `${tie.method}_${won ? 'for' : 'against'}` };
}

function checkAll(report, body, rounds) {
  const chosen = rounds.flatMap((round) => round.chosen).sort((one, other) => one - other);
  report.check('chosen in all rounds', chosen, body.chosen_in_all);
  const final = body.final && body.rules.ballot_type !== 'grades';
  const slate = body.slate.map((item) => item.number);
  const rest = final ? slate.filter((number) => !chosen.includes(number)) : [];
  report.check('annual tasks and what is left over', rest, [...body.annual_tasks, ...body.left_over]);
  report.check('a result that stands calls for no round', body.next === null, body.final);
  rounds.slice(1).forEach((round, at) => {
    const called = rounds[at].part.next;
    const numbers = round.part.items.map((item) => item.number);
    report.check(`round ${round.number}, its projects`, numbers, called && called.candidates);
    report.check(`round ${round.number}, its seats`, round.seats, called && called.seats);
  });
}
