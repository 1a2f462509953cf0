// The hall screen moves on by itself: numbers in place, the whole picture when a new one begins. No reload.
'use strict';

const EVERY = 3000; // milliseconds

async function look() {
  const moment = document.getElementById('moment');
  const now = await (await fetch(moment.dataset.feed)).json();
  if (now.key !== moment.dataset.key) {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = page.getElementById('moment');
    if (!answer.ok || !next) return;
    moment.replaceWith(next);
    document.title = page.title;
    return;
  }
  for (const shown of moment.querySelectorAll('[data-number]')) {
    const number = now.numbers[shown.dataset.number];
    if (number === undefined) continue;
    if (shown.textContent !== String(number)) {
      shown.textContent = String(number);
    }
  }
  for (const meter of moment.querySelectorAll('[data-meter]')) {
    meter.max = now.numbers.present;
    meter.value = now.numbers[meter.dataset.meter];
  }
  for (const part of moment.querySelectorAll('[data-where]')) {
    part.hidden = !now.numbers[part.dataset.where];
  }
  if (now.left !== null) show(now.left);
}

// Between two looks the seconds run here; each look puts them right by the server's clock.
function show(seconds) {
  for (const clock of document.querySelectorAll('[data-left]')) {
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    if (clock.textContent !== text) clock.textContent = text;
  }
}

function tick() {
  const clock = document.querySelector('[data-left]');
  if (!clock) return;
  const [minutes, seconds] = clock.textContent.split(':').map(Number);
  show(Math.max(0, minutes * 60 + seconds - 1));
}

setInterval(() => look().catch(() => {}), EVERY);
setInterval(tick, 1000);
