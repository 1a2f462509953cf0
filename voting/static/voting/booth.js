// The sealed booth: the choice is judged, shown again and sealed on this device, by the browser's own cryptography; what
// leaves it is sealed bytes. Where the browser can't, the form goes to the server, which seals as it always did.
"use strict";

// ------------------------------------------------------------------------------------- the sealing (RFC 9180, X-Wing)

const Booth = (() => {
  const MLKEM_KEY = 1184, BLOCK = 64, RATE = 136;
  const bytes = (text) => new TextEncoder().encode(text);
  const joined = (...parts) => {
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
    return whole;
  };
  const from64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const to64 = (data) => btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));

  // SHA3-256 (FIPS 202), which browsers don't offer yet: the state is 25 lanes of 64 bits
  const MASK = (1n << 64n) - 1n;
  const turn = (lane, by) => (by ? ((lane << by) | (lane >> (64n - by))) & MASK : lane);
  const permute = (state) => {
    let bits = 1; // of the linear shift register that gives the constants of the rounds
    for (let round = 0; round < 24; round += 1) {
      const columns = [0, 1, 2, 3, 4].map((x) => state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20]);
      const moved = state.map((lane, at) => lane ^ columns[(at + 4) % 5] ^ turn(columns[(at + 1) % 5], 1n));
      let x = 1, y = 0, lane = moved[1];
      for (let step = 0; step < 24; step += 1) {
        [x, y] = [y, (2 * x + 3 * y) % 5];
        [lane, moved[x + 5 * y]] = [moved[x + 5 * y], turn(lane, BigInt((((step + 1) * (step + 2)) / 2) % 64))];
      }
      for (let at = 0; at < 25; at += 1) {
        const row = at - (at % 5);
        state[at] = moved[at] ^ (~moved[row + ((at + 1) % 5)] & MASK & moved[row + ((at + 2) % 5)]);
      }
      for (let place = 0; place < 7; place += 1) {
        if (bits & 1) state[0] ^= 1n << ((1n << BigInt(place)) - 1n);
        bits = (bits << 1) ^ (bits >> 7 ? 0x171 : 0);
      }
    }
  };
  const sha3 = (data) => {
    const padded = new Uint8Array((Math.floor(data.length / RATE) + 1) * RATE), state = Array(25).fill(0n);
    padded.set(data);
    padded[data.length] ^= 0x06;
    padded[padded.length - 1] ^= 0x80;
    const view = new DataView(padded.buffer), digest = new DataView(new ArrayBuffer(32));
    for (let block = 0; block < padded.length; block += RATE) {
      for (let at = 0; at < RATE / 8; at += 1) state[at] ^= view.getBigUint64(block + 8 * at, true);
      permute(state);
    }
    for (let at = 0; at < 4; at += 1) digest.setBigUint64(8 * at, state[at], true);
    return new Uint8Array(digest.buffer);
  };

  const SUITE = [0x64, 0x7a, 0x00, 0x01, 0x00, 0x03];
  const LABEL = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);
  const hmac = async (key, data) => {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    // an empty key is one of zeros, and some browsers import no empty one
    const held = await crypto.subtle.importKey("raw", key.length ? key : new Uint8Array(32), algorithm, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", held, data));
  };
  const labelled = (label, data) => joined(bytes("HPKE-v1"), bytes("HPKE"), SUITE, bytes(label), data);
  const extract = (salt, label, data) => hmac(salt, labelled(label, data));
  // as long as one hash is all that is ever asked for
  const expand = async (secret, label, data, length) =>
    (await hmac(secret, joined([0, length], labelled(label, data), [1]))).slice(0, length);

  const NOTHING = new Uint8Array(0);
  /** The secret of both key exchanges together, bound to what was sent and to whom. */
  const combined = (inner, shared, sent, theirs) => sha3(joined(inner, shared, sent, theirs, LABEL));
  const encapsulate = async (key) => {
    const mlkem = await crypto.subtle.importKey("raw-public", key.slice(0, MLKEM_KEY), "ML-KEM-768", false, ["encapsulateBits"]);
    const theirs = await crypto.subtle.importKey("raw", key.slice(MLKEM_KEY), "X25519", true, []);
    const inner = await crypto.subtle.encapsulateBits("ML-KEM-768", mlkem);
    const own = await crypto.subtle.generateKey("X25519", true, ["deriveBits"]);
    const shared = await crypto.subtle.deriveBits({ name: "X25519", public: theirs }, own.privateKey, 256);
    const sent = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
    const secret = combined(new Uint8Array(inner.sharedKey), new Uint8Array(shared), sent, key.slice(MLKEM_KEY));
    return [secret, joined(new Uint8Array(inner.ciphertext), sent)];
  };
  /** The key and the nonce that a shared secret and what it is used for give: mode base, sequence 0. */
  const schedule = async (shared, info) => {
    const id = await extract(NOTHING, "psk_id_hash", NOTHING), about = await extract(NOTHING, "info_hash", bytes(info));
    const context = joined([0], id, about), secret = await extract(shared, "secret", NOTHING);
    return [await expand(secret, "key", context, 32), await expand(secret, "base_nonce", context, 12)];
  };
  /** What the plain bytes are sealed to the urn's key as; `info` binds them to the round. Throws what the browser throws. */
  const seal = async (key, plain, info) => {
    const [shared, enclosed] = await encapsulate(key), [raw, nonce] = await schedule(shared, info);
    const cipher = await crypto.subtle.importKey("raw-secret", raw, "ChaCha20-Poly1305", false, ["encrypt"]);
    const sealed = await crypto.subtle.encrypt({ name: "ChaCha20-Poly1305", iv: nonce }, cipher, plain);
    return joined(enclosed, new Uint8Array(sealed));
  };

  // --------------------------------------------------------------------------------------- the ballot as it is sealed

  /** The marks in ballot order as bytes of one width: version, type, one byte for each project, zeros. */
  const encode = (marks, code) => {
    const plain = new Uint8Array(Math.ceil((2 + marks.length) / BLOCK) * BLOCK);
    plain.set([1, code, ...marks]);
    return plain;
  };
  const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  /** The receipt: the first 160 bits of the hash of the sealed bytes, in eight groups of four letters. */
  const receipt = async (sealed) => {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", sealed));
    const bits = Array.from(hash.slice(0, 20), (byte) => byte.toString(2).padStart(8, "0")).join("");
    return bits.match(/.{5}/g).map((five) => LETTERS[parseInt(five, 2)]).join("").match(/.{4}/g);
  };

  // ------------------------------------------------------------------------------------------------ may it be cast so?

  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  /** An amount in yuan with its unit, as the server writes it: `amounts` is its table of units. */
  const amountWords = (yuan, amounts) => {
    const [unit, words] = amounts.units.find(([from]) => yuan >= from) || amounts.units[amounts.units.length - 1];
    const digits = String(unit).length - 1, rest = String(yuan % unit).padStart(digits, "0").slice(0, digits).replace(/0+$/, "");
    const whole = String(Math.floor(yuan / unit)).replace(/\B(?=(\d{3})+$)/g, amounts.between);
    return words.replace("{amount}", whole + (rest && `.${rest}`));
  };
  const costOf = (marks, rule) => marks.reduce((sum, mark, at) => sum + (mark === rule.marks.for ? rule.costs[at] || 0 : 0), 0);
  /** Why these points are not taken; else null. */
  const judgePoints = (marks, rule, listed) => {
    const say = rule.sentences, given = marks.reduce((sum, each) => sum + each, 0);
    const numbers = rule.numbers.filter((_, at) => marks[at] > rule.most_points);
    if (numbers.length) return { text: filled(say.on_one, { numbers: listed(numbers) }), numbers };
    if (given > rule.most) return { text: filled(say.over_points, { given, over: given - rule.most }), numbers: [] };
    if (!given || !rule.complete || given >= rule.due) return null;
    return { text: filled(say.left_points, { given, missing: rule.due - given }), numbers: [] };
  };
  const counted = (forms, n, values) => filled(forms[n === 1 ? 0 : 1], { n, ...values });
  /**
   * Why these marks are not taken as they are, as the server would say it, and the numbers that it is about; else null.
   * `marks` has a mark, or a place, for each number in ballot order; 0 is none.
   */
  const judge = (marks, rule) => {
    const say = rule.sentences, listed = (numbers) => numbers.join(say.comma);
    const given = marks.filter(Boolean).sort((one, other) => one - other);
    if (rule.whole) return null;
    if (rule.pointed) return judgePoints(marks, rule, listed);
    if (rule.ranking) {
      const place = given.find((each, at) => given[at + 1] === each);
      if (place) {
        const numbers = rule.numbers.filter((_, at) => marks[at] === place);
        return { text: filled(say.twice, { place, numbers: listed(numbers) }), numbers };
      }
      const gap = given.findIndex((each, at) => each !== at + 1);
      if (gap >= 0) return { text: filled(say.gap, { place: gap + 1 }), numbers: [] };
    } else if (rule.limited) {
      const marked = marks.filter((mark) => mark === rule.marks.for).length, over = marked - rule.most;
      if (over > 0) return { text: counted(say.over, over, { marked }), numbers: [] };
      const cost = costOf(marks, rule), dear = rule.most_cost === null ? 0 : cost - rule.most_cost;
      if (dear > 0) return { text: filled(say.over_sum, { cost: amountWords(cost, rule.amounts), over: amountWords(dear, rule.amounts) }), numbers: [] };
    }
    if (!given.length || !rule.complete) return null;
    if (rule.per_item) {
      const numbers = rule.numbers.filter((_, at) => !marks[at]);
      return numbers.length ? { text: filled(say.unmarked, { numbers: listed(numbers) }), numbers } : null;
    }
    const missing = rule.most - given.length;
    return missing > 0 ? { text: counted(say.missing, missing, { marked: given.length }), numbers: [] } : null;
  };

  return Object.freeze({ sha3, combined, schedule, seal, encode, receipt, judge, filled, from64, to64, amountWords, costOf });
})();

// ------------------------------------------------------------------------------------------------------- the ballot page

(() => {
  const form = document.getElementById("ballot"), handed = document.getElementById("booth");
  if (!form || !handed) return;
  const rule = JSON.parse(handed.textContent), key = Booth.from64(rule.key);
  const KEPT = "marks", REVIEWED = "reviewed"; // as ballot.js keeps them, in this tab alone
  let review = null, drawing = false;

  // The marks wait in this tab, not in a form that goes out; where the tab keeps nothing, they would be lost on the way.
  const kept = () => { try { return JSON.parse(sessionStorage.getItem(KEPT)); } catch { return null; } };
  const keeps = (() => {
    try {
      sessionStorage.setItem("booth", "1");
      sessionStorage.removeItem("booth");
      return true;
    } catch { return false; }
  })();
  const seal = (marks) => Booth.seal(key, Booth.encode(marks, rule.code), rule.info);
  let seals = keeps && Boolean(globalThis.crypto?.subtle);
  const tried = (async () => {
    try {
      seals &&= (await seal(rule.numbers.map(() => 0))).length === rule.length;
    } catch { seals = false; }
    return seals;
  })();

  // ---------------------------------------------------------------------------------------------------- what is marked
  const markOf = (number) => {
    if (rule.ranking || rule.pointed) return Number(document.getElementById(`m${number}`).value);
    if (!rule.per_item && !rule.whole) return document.getElementById(`m${number}`).checked ? rule.marks.for : 0;
    const pressed = form.querySelector(`[name="mark-${number}"]:checked`);
    return pressed ? rule.marks[pressed.value] : 0;
  };
  const chosen = () => rule.numbers.map((number) => markOf(rule.whole ? 0 : number));

  // ------------------------------------------------------------------------------------------------------- the review
  const part = (name) => document.getElementById(`booth-${name}`).content.cloneNode(true);
  const fill = (node, values) => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) walker.currentNode.data = Booth.filled(walker.currentNode.data, values);
    return node;
  };
  const list = (whole, pattern, lines) => {
    const drawn = lines.map(([line, values]) => fill(line.cloneNode(true), values));
    whole.querySelector(pattern)?.replaceChildren(...drawn);
  };
  const drawnMarks = (marks) => {
    const lines = rule.numbers.map((number, at) => (
      { number, place: marks[at], name: document.getElementById(`t${number}`).textContent }
    ));
    const picked = lines.filter((line) => line.place), unpicked = lines.filter((line) => !line.place);
    if (rule.whole) return part(picked.length ? `answer-${marks[0]}` : "blank");
    if (rule.ranking) picked.sort((one, other) => one.place - other.place);
    const whole = part(picked.length ? "marks" : "blank");
    const numbers = { marked: picked.length, votes_for: marks.filter((mark) => mark === rule.marks.for).length };
    numbers.given = marks.reduce((sum, mark) => sum + mark, 0);
    numbers.cost = Booth.amountWords(Booth.costOf(marks, rule), rule.amounts);
    if (picked.length) fill(whole, numbers);
    const places = Object.values(rule.marks), patterns = [...whole.querySelectorAll(".picked > li")];
    list(whole, ".picked", picked.map((line) => [patterns[rule.ranking || rule.pointed ? 0 : places.indexOf(line.place)], line]));
    const left = whole.querySelector(".unpicked"), pattern = left.querySelector("li");
    list(whole, ".unpicked", unpicked.map((line) => [pattern, line]));
    if (rule.per_item && picked.length) {
      const note = whole.querySelector(".note"), n = unpicked.length;
      if (n) note.replaceWith(fill(part(n === 1 ? "left-one" : "left-many"), { left: n }));
      else note.remove();
    }
    if (!unpicked.length) {
      left.previousElementSibling.remove();
      left.remove();
    }
    return whole;
  };
  const clear = () => {
    document.getElementById("refusal")?.remove();
    document.getElementById("fault")?.removeAttribute("id");
    for (const row of form.querySelectorAll(".fault")) row.classList.remove("fault");
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  };
  const refuse = (fault) => {
    close();
    const alert = fill(part("refusal"), { sentence: fault.text }).firstElementChild;
    if (!fault.numbers.length) alert.querySelector("a").parentElement.remove();
    for (const number of fault.numbers) {
      const row = document.getElementById(`t${number}`).closest(".row");
      if (number === fault.numbers[0]) row.id = "fault";
      row.classList.add("fault");
      row.querySelector("[role=radiogroup], select").setAttribute("aria-invalid", "true");
    }
    document.getElementById("howto").before(alert);
    document.title = `${fault.text} · ${document.title}`;
    alert.focus();
  };
  const open = async (atOnce = false) => {
    clear();
    const marks = chosen(), fault = Booth.judge(marks, rule);
    if (fault) return refuse(fault);
    const sealed = await seal(marks), groups = await Booth.receipt(sealed);
    const drawn = part("review").firstElementChild;
    drawn.elements.sealed.value = Booth.to64(sealed);
    drawn.querySelector("[data-place=marks]").replaceWith(drawnMarks(marks));
    const places = drawn.querySelector(".groups");
    places.setAttribute("aria-label", groups.join("-"));
    [...places.children].forEach((place, at) => { place.textContent = groups[at]; });
    drawn.addEventListener("submit", (event) => {
      if (!event.submitter?.hidden) return; // the return key alone
      event.preventDefault();
      back();
    });
    if (review) review.replaceWith(drawn); else form.after(drawn);
    review = drawn;
    form.hidden = true;
    document.title = rule.titles.review;
    if (!history.state?.review) history.pushState({ review: true }, "");
    scrollTo(0, 0);
    if (!atOnce) review.querySelector("h1").focus({ preventScroll: true });
  };
  const close = () => {
    review?.remove();
    review = null;
    form.hidden = false;
    document.title = rule.titles.ballot;
  };
  const back = () => {
    if (review.querySelector("[aria-disabled=true]")) return; // it is on its way
    if (history.state?.review) history.back(); else close();
  };

  // --------------------------------------------------------------------------------------------------- what sets it off
  form.addEventListener("submit", async (event) => {
    if (!seals || event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    if (review) return back();
    if (drawing) return;
    drawing = true;
    try {
      if (await tried) await open();
    } catch { seals = false; } finally { drawing = false; }
    if (!seals) setTimeout(() => form.requestSubmit(event.submitter)); // not while this submit is still on its way
  });
  // whatever sends this form, to another language or look, takes no mark along: the next page has them from the tab
  form.addEventListener("formdata", (event) => {
    if (!seals) return;
    const sent = new Set([...form.querySelectorAll("input[type=hidden]")].map((field) => field.name)).add("look");
    for (const name of [...event.formData.keys()]) if (!sent.has(name)) event.formData.delete(name);
    if (review) sessionStorage.setItem(KEPT, JSON.stringify({ ...kept(), [REVIEWED]: true }));
  });
  addEventListener("popstate", (event) => {
    if (event.state?.review && seals) return open();
    if (!review) return;
    close();
    form.querySelector("#bar button").focus({ preventScroll: true });
  });
  addEventListener("pageshow", (event) => { if (event.persisted && review) open(); });
  const { [REVIEWED]: reviewed, ...others } = kept() ?? {};
  if (reviewed) sessionStorage.setItem(KEPT, JSON.stringify(others));
  if (reviewed || history.state?.review) tried.then((can) => can && open(true));
})();
