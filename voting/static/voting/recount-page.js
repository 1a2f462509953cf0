// The page around recount.js: fetches the published file or reads one of the device, and says what was checked.
'use strict';

const place = document.getElementById('recount');
const shown = place.querySelector('[data-shown]');
const words = place.dataset;
/** Which kind of check a name is of; the first that fits. */
const KINDS = [
  ['hash', /^hash of|^mark of/],
  ['tests', /test ballots|sealed by the server/],
  ['urn', /\burn\b/],
  ['singles', /single ballots/],
  ['rounds', /^chosen in all|^annual tasks|^a result that|, its (projects|seats)$/],
  ['sums', /: |over the channels|of the channels|votes void$/],
  ['decision', /^/],
];

function element(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function show(report, text) {
  const wrong = report.checks.filter((each) => !each.agrees);
  const head = element('p', '', 'note');
  head.append(element('b', report.agrees ? words.good + report.checks.length : words.bad + wrong.length));
  const list = element('ul');
  for (const [kind] of KINDS) {
    const mine = report.checks.filter((each) => kindOf(each.check) === kind);
    const bad = mine.filter((each) => !each.agrees).length;
    if (mine.length) list.append(element('li', `${words[kind]} · ${mine.length} · ${bad ? `${words.differ} ${bad}` : words.agree}`));
  }
  shown.replaceChildren(head, list, ...wrong.map(difference), ...Object.entries(report.result.rounds).map(votes(namesIn(text))));
}

function kindOf(name) {
  return KINDS.find(([, fits]) => fits.test(name))[0];
}

function difference(each) {
  const told = `${words[kindOf(each.check)]} · ${words.said} ${JSON.stringify(each.said)} · ${words.found} ${JSON.stringify(each.found)} · `;
  const line = element('p', told, 'alert alert-danger');
  const name = element('code', each.check);  // as the file for one computer alone calls it
  name.lang = 'en';
  line.append(name);
  return line;
}

/** The projects' names in the reader's language, as the file has them; a file of before may have none. */
function namesIn(text) {
  const english = document.documentElement.lang.startsWith('en');
  const slate = JSON.parse(text).notice.slate || [];
  return new Map(slate.map((each) => [String(each.number), english && each.name_en ? [each.name_en, 'en'] : [each.name, 'zh-Hans']]));
}

const votes = (names) => ([number, items]) => {
  const table = element('table', '', 'table');
  table.append(element('caption', `${words.round} ${number}`));
  const head = table.createTHead().insertRow();
  head.append(element('th', words.project), element('th', words.votes, 'n'));
  const rows = table.createTBody();
  for (const [project, count] of Object.entries(items)) {
    const row = rows.insertRow();
    const name = element('th', `${project}. `);
    const [called, language] = names.get(project) || ['', ''];
    const shownName = element('span', called);
    shownName.lang = language;
    name.append(shownName);
    name.scope = 'row';
    row.append(name, element('td', String(count), 'n'));
  }
  return table;
};

async function run(read) {
  shown.replaceChildren(element('p', words.busy));
  try {
    const text = await read();
    show(recount(text, words.characters), text);
  } catch (error) {
    shown.replaceChildren(element('p', words.unreadable + error.message, 'alert alert-danger'));
  }
  shown.focus();
}

place.querySelector('[data-tools]').hidden = false;
place.querySelector('[data-now]').addEventListener('click', () => run(async () => {
  const answer = await fetch(words.file);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}));
place.querySelector('[type=file]').addEventListener('change', (event) => {
  const [file] = event.target.files;
  if (file) run(() => file.text());
});
