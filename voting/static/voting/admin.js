// Comfort for the staff's desk; every step works without it.
'use strict';


// Two forms on one page: a button of one does not drop what was typed in the other without a word.
const differs = (field) => {
  if (field.type === 'hidden' || !field.name) return false;
  if (field.type === 'checkbox' || field.type === 'radio') return field.checked !== field.defaultChecked;
  if (field.tagName !== 'SELECT') return 'defaultValue' in field && field.value !== field.defaultValue;
  const chosen = [...field.options].some((option) => option.defaultSelected);
  return chosen ? [...field.options].some((option) => option.selected !== option.defaultSelected) : field.selectedIndex > 0;
};
const unsent = document.getElementById('unsent');
const written = [...document.querySelectorAll('form[method=post]')];
for (const form of unsent ? written : []) {
  let told = false;
  form.addEventListener('submit', (event) => {
    const other = written.find((each) => each !== form && ('unsaved' in each.dataset || [...each.elements].some(differs)));
    if (!other || told) return;
    told = true;
    event.preventDefault();
    const words = unsent.content.firstElementChild.cloneNode(true);
    words.querySelector('.unsent-way').addEventListener('click', (way) => {
      way.preventDefault();
      const typed = [...other.elements].find(differs) || [...other.elements].find((field) => field.type !== 'hidden');
      other.closest('details')?.setAttribute('open', '');
      typed?.focus();
    });
    (event.submitter || form.lastElementChild).before(words);
    words.focus();
  });
}

// Every row of a list of ticks at once.
for (const button of document.querySelectorAll('[data-tick-all]')) {
  button.hidden = false;
  button.addEventListener('click', () => {
    const ticks = [...button.form.querySelectorAll('input[type=checkbox][name=numbers]')];
    const all = ticks.every((tick) => tick.checked);
    for (const tick of ticks) tick.checked = !all;
  });
}

// The turnout moves on by itself. It asks with a mark, so that it keeps no forgotten desk signed in.
const turnout = document.getElementById('turnout');
if (turnout && document.querySelector('form.act')) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch('?turnout=1', {redirect: 'error'});
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const now = page.getElementById('turnout');
      if (now && now.innerHTML !== turnout.innerHTML) turnout.innerHTML = now.innerHTML;
    } catch {
      // The next question may be answered.
    }
  }, 3000);
}
