// The hall screen moves on by itself: numbers in place, the whole moment when a new one begins. No reload.
'use strict';

const EVERY = 3000; // milliseconds

async function look() {
  const moment = document.getElementById('moment');
  const now = await (await fetch(moment.dataset.feed)).json();
  if (now.phase !== moment.dataset.phase) {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = page.getElementById('moment');
    if (!answer.ok || !next) return;
    moment.replaceWith(next);
    document.title = page.title;
    return;
  }
  for (const shown of moment.querySelectorAll('[data-number]')) {
    const number = String(now.numbers[shown.dataset.number] ?? shown.textContent);
    if (shown.textContent !== number) shown.textContent = number;
  }
}

setInterval(() => look().catch(() => {}), EVERY);
