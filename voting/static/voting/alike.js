// While a title is typed, public proposals that are like it are named below it. What is typed goes in the body of a
// request, not in an address. Whoever was shown them is not asked again when the form is sent.
'use strict';

(() => {
  const form = document.querySelector('form[data-alike]');
  const list = document.getElementById('alike');
  if (!form || !list) return;
  const title = form.elements.title;
  let waiting = 0;
  let asked = '';

  const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text }, more);

  const show = (rows) => {
    list.replaceChildren();
    list.className = rows.length ? 'note alike' : '';
    if (!rows.length) return;
    const lines = rows.map((row) => {
      const line = document.createElement('li');
      const name = element('span', '');
      name.append(element('a', `${row.number}. ${row.title}`, { href: row.page, target: '_blank', rel: 'noopener' }));
      line.append(
        name,
        element('a', form.dataset.second, { href: row.second, target: '_blank', rel: 'noopener', className: 'btn' }),
      );
      return line;
    });
    const all = document.createElement('ul');
    all.append(...lines);
    list.append(element('p', form.dataset.heading), all);
    form.elements.sure.value = '1';
  };

  const ask = async () => {
    const text = title.value.trim();
    if (text === asked) return;
    asked = text;
    if (text.length < 3) return show([]);
    const body = new URLSearchParams({ title: text, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    try {
      const answer = await fetch(form.dataset.alike, { method: 'POST', body });
      if (answer.ok && text === asked) show((await answer.json()).alike);
    } catch {
      asked = ''; // without a connection nothing is named, and nothing is in the way
    }
  };

  title.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 500);
  });
})();
