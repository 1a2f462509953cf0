// The Method of Equal Shares as voting/count/equal_shares.py counts it, step by step: exact, in whole numbers of any size.
'use strict';

const SHARE_STEP = 100n;
const PRICE_BITS = 64n;
const MOST_WAYS = 512;

function divisor(one, other) {
  let [a, b] = [one, other];
  while (b) [a, b] = [b, a % b];
  return a;
}

const times = (values) => values.reduce((total, value) => total + value, 0n);

/** Share the budget out among the ballots, rows of [projects, number], and buy what their supporters can pay. */
class Market {
  constructor(numbers, costs, rows, seats) {
    this.numbers = numbers;
    this.costs = costs.map(BigInt);
    this.seats = seats;
    const classes = new Map();
    for (const [named, many] of rows) {
      const places = named.map((number) => numbers.indexOf(number)).filter((place) => place >= 0).sort((a, b) => a - b);
      const key = places.join();
      if (!classes.has(key)) classes.set(key, { places, many: 0n });
      classes.get(key).many += BigInt(many);
    }
    this.voters = times([...classes.values()].map((each) => each.many));
    classes.delete('');
    this.sizes = [...classes.values()].map((each) => each.many);
    this.backers = numbers.map(() => []);
    [...classes.values()].forEach((each, at) => each.places.forEach((place) => this.backers[place].push(at)));
    this.support = this.backers.map((backers) => times(backers.map((each) => this.sizes[each])));
    this.eligible = numbers.map((_number, place) => place).filter((place) => this.support[place] >= 1n);
  }

  /** Count with that endowment; return every way that ties of price leave. */
  endow(endowment) {
    const priced = this.eligible.filter((place) => this.costs[place]);
    const bought = new Map(this.eligible.filter((place) => !this.costs[place]).map((place) => [place, [0n, 1n]]));
    const live = priced.map((place) => [(1n << PRICE_BITS) / this.support[place], place]);
    const ways = [{ held: this.sizes.map(() => endowment), parts: this.voters > 1n ? this.voters : 1n, live, bought }];
    const [ends, before] = [[], new Set()];
    while (ways.length) {
      const way = ways.pop();
      const forks = this.follow(way);
      if (!forks.length) ends.push(way);
      for (const fork of forks) {
        const state = `${[...fork.bought.keys()].sort((a, b) => a - b)}|${fork.held}|${fork.parts}`;
        if (!before.has(state)) {
          before.add(state);
          ways.push(fork);
        }
      }
      if (before.size > MOST_WAYS) return [...ends, ...ways];
    }
    return ends;
  }

  /** Buy until nothing more can be bought; return the forks where equal prices exclude one another. */
  follow(way) {
    while (way.bought.size < this.seats) {
      const cheapest = this.cheapest(way);
      if (!cheapest.length) break;
      if (cheapest.length > 1 && !this.goTogether(way, cheapest)) {
        return cheapest.map((payment) => {
          const fork = { held: [...way.held], parts: way.parts, live: [...way.live], bought: new Map(way.bought) };
          this.buy(fork, payment);
          return fork;
        });
      }
      for (const payment of cheapest) this.buy(way, payment);
    }
    way.live = [];
    return [];
  }

  /** Return the payments of the lowest price for each unit of money, and drop what is too dear. */
  cheapest(way) {
    let [best, bestKey] = [[], -1n];
    way.live.sort(([one, first], [other, second]) => (one < other ? -1 : one > other ? 1 : first - second));
    const kept = [];
    for (let at = 0; at < way.live.length; at += 1) {
      const [known, project] = way.live[at];
      if (best.length && known > bestKey) {
        kept.push(...way.live.slice(at));
        break;
      }
      const payment = this.payment(way, project);
      if (!payment) continue;
      const key = (payment.top << PRICE_BITS) / (payment.bottom * this.costs[project] * way.parts);
      kept.push([key, project]);
      if (best.length && key > bestKey) continue;
      if (!best.length || key < bestKey) {
        [best, bestKey] = [[payment], key];
        continue;
      }
      const mine = payment.top * best[0].bottom * this.costs[best[0].project];
      const its = best[0].top * payment.bottom * this.costs[project];
      if (mine < its) best = [payment];
      else if (mine === its) best.push(payment);
    }
    way.live = kept;
    return best;
  }

  /** Return what each supporter pays who has that much; null where all of them together have too little. */
  payment(way, project) {
    let [top, bottom] = [this.costs[project] * way.parts, this.support[project]];
    const held = this.backers[project].map((each) => [way.held[each], this.sizes[each]]);
    if (times(held.map(([amount, size]) => amount * size)) < top) return null;
    held.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    for (const [amount, size] of held) {
      if (amount * bottom >= top) break;
      top -= amount * size;
      bottom -= size;
    }
    return { project, top, bottom, parts: way.parts };
  }

  /** Tell whether all of them can be bought at their prices, so that their order makes no difference. */
  goTogether(way, payments) {
    if (way.bought.size + payments.length > this.seats) return false;
    const common = payments.reduce((all, { bottom }) => all * (bottom / divisor(all, bottom)), 1n);
    const owed = way.held.map(() => 0n);
    for (const { project, top, bottom } of payments) {
      for (const backer of this.backers[project]) owed[backer] += top * (common / bottom);
    }
    return owed.every((amount, backer) => amount <= way.held[backer] * common);
  }

  /** Let the supporters pay; the denominator grows where their share is no whole number of parts. */
  buy(way, { project, top, bottom, parts }) {
    const now = top * (way.parts / parts);
    const growth = bottom / divisor(now, bottom);
    if (growth > 1n) {
      way.held = way.held.map((amount) => amount * growth);
      way.parts *= growth;
    }
    const amount = now * growth / bottom;
    for (const backer of this.backers[project]) {
      way.held[backer] = way.held[backer] > amount ? way.held[backer] - amount : 0n;
    }
    way.bought.set(project, [amount, way.parts]);
    way.live = way.live.filter(([, each]) => each !== project);
  }

  spent(way) {
    return times([...way.bought.keys()].map((project) => this.costs[project]));
  }

  isFull(way, budget) {
    if (way.bought.size >= this.seats) return true;
    const left = budget - this.spent(way);
    return !this.eligible.some((project) => this.costs[project] <= left && !way.bought.has(project));
  }
}

/** Say of each item of the market what equal shares make of it; return how many times the shares were raised. */
function shareEqually(items, rows, budget, seats) {
  const market = new Market(items.map((item) => item.number), items.map((item) => item.cost), rows, seats);
  const whole = BigInt(budget);
  let [ways, raised] = [market.endow(whole), 0];
  while (market.voters && !ways.some((way) => way.live.length || market.isFull(way, whole))) {
    const higher = market.endow(whole + BigInt(raised + 1) * SHARE_STEP * market.voters);
    if (higher.some((way) => market.spent(way) > whole)) break;
    [ways, raised] = [higher, raised + 1];
  }
  const [first] = ways;
  items.forEach((item, place) => {
    const certain = ways.every((way) => way.bought.has(place));
    const possible = ways.some((way) => way.bought.has(place) || way.live.some(([, each]) => each === place));
    const held = times(market.backers[place].map((backer) => first.held[backer] * market.sizes[backer]));
    item.money_left = Number(held / first.parts);
    if (certain) {
      const [amount, parts] = first.bought.get(place);
      [item.decision, item.reason, item.paid] = ['chosen', 'supporters_paid', Number(amount * 100n / parts)];
    } else if (possible) {
      [item.decision, item.reason] = ['tied', 'tied_for_money'];
    } else if (first.bought.size >= seats) {
      [item.decision, item.reason] = ['not_chosen', 'below_cut'];
    } else {
      [item.decision, item.reason] = ['not_chosen', 'supporters_cannot'];
    }
  });
  return raised;
}

/** The hash over the single ballots of a round, as voting/count/singles.py has it, and whether they are well listed. */
function checkSingles(report, name, part, rules, rows) {
  if (rules.method !== 'equal_shares' && rows === undefined && part.singles === undefined) return;
  const digest = rows === undefined ? null : sha256(bytesOf(canonical(rows)));
  report.check(`${name}, hash of the single ballots`, digest, part.singles === undefined ? null : part.singles);
  if (rows === undefined) return;
  const inOrder = rows.every(([row], at) => at === 0 || higher(row, rows[at - 1][0]));
  report.check(`${name}, single ballots are sorted, each combination once`, inOrder, true);
}

/** Hold the single ballots against the totals, as voting/count/singles.py does. */
function requireSingles(part, rules, seats, rows) {
  const shares = rules.method === 'equal_shares';
  if ((rows === undefined) === shares) throw new Mismatch('single ballots and equal shares belong together');
  if (!shares) return;
  const counted = new Map();
  for (const [row, many] of rows) {
    if (many < 1 || row.length < 1 || row.length > seats || new Set(row).size !== row.length) throw new Mismatch('the ballots');
    for (const number of row) counted.set(number, (counted.get(number) || 0) + many);
  }
  if (sum(rows.map(([, many]) => many)) !== part.ballots.valid - part.ballots.blank) throw new Mismatch('the ballots');
  for (const item of part.items) {
    if ((counted.get(item.number) || 0) !== item.for) throw new Mismatch(`item ${item.number}`);
    counted.delete(item.number);
  }
  if (counted.size) throw new Mismatch('the ballots');
}
