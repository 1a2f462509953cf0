// The ballot with JavaScript: the count is announced, too many marks are said at once, a reload keeps the marks, and the
// rows of a ranking can be tapped in the order of priority. Without it everything works: CSS counts the marks, the
// server says the rest.
(() => {
  "use strict";
  const form = document.getElementById("ballot");
  if (!form) return;

  // Until the cast the marks wait in this tab, with whose they are: the sign-in and the end page forget them.
  const KEPT = "marks";
  const ticket = form.elements.ticket.value;
  const fields = () => [...form.querySelectorAll(".cell input, .place select")];
  const keep = () => {
    const marks = fields().map((field) => (field.tagName === "SELECT" ? field.value : field.checked));
    try { sessionStorage.setItem(KEPT, JSON.stringify({ ticket, marks })); } catch { /* the browser keeps nothing */ }
  };
  const bring = () => {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(KEPT)); } catch { /* nothing is kept */ }
    if (kept && kept.ticket !== ticket) sessionStorage.removeItem(KEPT);
    if (!kept || kept.ticket !== ticket || kept.marks.length !== fields().length) return;
    fields().forEach((field, place) => {
      if (field.tagName === "SELECT") field.value = kept.marks[place];
      else field.checked = kept.marks[place];
    });
  };
  // Marks come with the page where the server seals; where this device does, they never went out.
  const marks = () => fields().some((field) => (field.tagName === "SELECT" ? field.value : field.checked));
  if (fields().length) {
    if ("posted" in form.dataset && marks()) keep(); else bring();
    form.addEventListener("change", keep);
    window.addEventListener("pageshow", () => bring());
  }

  // a page that came by POST would be asked for again on the way back from the review: the browser keeps its marks
  if ("posted" in form.dataset) history.replaceState(null, "", form.dataset.home);

  const bar = document.getElementById("bar");
  const status = bar && bar.querySelector("[role=status]");
  if (!status) return;
  const note = bar.querySelector(".over-note");
  const most = Number(status.dataset.most);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const selects = [...form.querySelectorAll(".place select")];
  const limited = { per_item_up_to: ".cell.for input:checked" };

  const marked = () => {
    if (form.dataset.kind === "points") return selects.reduce((sum, select) => sum + Number(select.value), 0);
    if (selects.length) return selects.filter((select) => select.value).length;
    return form.querySelectorAll(limited[form.dataset.kind] || ".cell input:checked").length;
  };
  // what the marked projects cost, where a ballot may not vote for more than a sum; in yuan, in words as the server has them
  const money = bar.querySelector("[data-left]");
  const amounts = money && JSON.parse(money.dataset.amounts);
  const amount = (yuan) => {
    const [unit, words] = amounts.units.find(([from]) => yuan >= from) || amounts.units[amounts.units.length - 1];
    const digits = String(unit).length - 1, rest = String(yuan % unit).padStart(digits, "0").slice(0, digits).replace(/0+$/, "");
    const whole = String(Math.floor(yuan / unit)).replace(/\B(?=(\d{3})+$)/g, amounts.between);
    return fill(words, { amount: whole + (rest && `.${rest}`) });
  };
  const left = () => {
    const costs = [...form.querySelectorAll(".cell input:checked")].map((field) => Number(field.dataset.cost));
    return Number(money.dataset.sum) - costs.reduce((sum, cost) => sum + cost, 0);
  };
  const twice = () => {
    if (form.dataset.kind === "points") return undefined;
    const seen = selects.map((select) => select.value).filter(Boolean);
    const place = seen.find((value, index) => seen.indexOf(value) !== index);
    for (const select of selects) select.parentElement.classList.toggle("twice", Boolean(place) && select.value === place);
    return place;
  };
  const count = (announce, said = "") => {
    const n = marked(), over = n - most, place = twice(), rest = money ? left() : 0;
    const wrong = over > 0 || rest < 0 || Boolean(place);
    const held = money ? fill(rest < 0 ? money.dataset.over : money.dataset.left, { amount: amount(Math.abs(rest)) }) : "";
    if (money) {
      money.textContent = held;
      money.classList.toggle("dear", rest < 0);
    }
    bar.classList.toggle("over", wrong);
    note.hidden = !wrong;
    note.textContent = over > 0 ? fill(status.dataset.over, { over }) : place ? fill(status.dataset.twice, { place }) : "";
    const told = [fill(status.dataset.said, { n, most }), held, wrong ? note.textContent : ""].filter(Boolean);
    if (announce) status.textContent = said + told.join(" ");
  };

  // tap a row of a ranking: it takes the next place; tap it again: it goes, and those behind it move up
  const tap = (select) => {
    const number = select.id.slice(1), place = Number(select.value);
    if (place) {
      select.value = "";
      for (const other of selects) if (Number(other.value) > place) other.value = String(Number(other.value) - 1);
      return fill(status.dataset.taken, { number });
    }
    const taken = new Set(selects.map((other) => Number(other.value)));
    let next = 1;
    while (taken.has(next)) next += 1;
    if (next > most) return fill(status.dataset.full, { most });
    select.value = String(next);
    return fill(status.dataset.placed, { number, place: next });
  };
  for (const hint of form.querySelectorAll(".tap-hint")) hint.hidden = false;
  for (const select of form.dataset.kind === "ranking" ? selects : []) {
    const row = select.closest(".row");
    for (const part of row.querySelectorAll(".no, .what")) {
      part.addEventListener("click", (event) => {
        event.preventDefault();
        const before = select.value, said = tap(select);
        count(true, said);
        keep();
        if (select.value !== before) return;
        note.hidden = false;
        note.textContent = said;
      });
    }
  }
  form.addEventListener("change", () => count(true));
  window.addEventListener("pageshow", () => count(false));
  count(false);
})();
