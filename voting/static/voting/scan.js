// The check-in desk: of a scanned slip only the number is sent; the quorum moves on by itself. Works without.
'use strict';

const EVERY = 3000; // milliseconds

// A slip's square holds the sign-in address with #number.code behind it. The code stays in this browser.
function numberOf(text) {
  const hash = text.lastIndexOf('#');
  if (hash < 0) return text.includes('://') ? '' : text;
  const behind = text.slice(hash + 1);
  const dot = behind.lastIndexOf('.');
  return dot < 0 ? behind : behind.slice(0, dot);
}

const scan = document.getElementById('scan');
if (scan) {
  const field = document.getElementById('id_number');
  scan.addEventListener('submit', () => {
    field.value = numberOf(field.value.trim());
  });
  window.addEventListener('pageshow', () => {
    field.value = '';
    if (!document.querySelector('.hits')) field.focus();
  });
  // Whoever types lands in the field, wherever the focus was.
  document.addEventListener('keydown', (event) => {
    const typing = /^[0-9A-Za-z]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (typing && !event.target.closest('input, textarea, select')) field.focus();
  });
}

async function look() {
  const quorum = document.getElementById('quorum');
  if (!quorum || document.hidden) return;
  const now = await (await fetch(quorum.dataset.feed, {redirect: 'error'})).json();
  for (const shown of quorum.querySelectorAll('[data-number]')) {
    const number = String(now[shown.dataset.number] ?? shown.textContent);
    if (shown.textContent !== number) shown.textContent = number;
  }
  quorum.classList.toggle('is-met', now.missing === 0);
  const changed = document.getElementById('changed');
  if (changed) changed.hidden = String(now.last) === quorum.dataset.last;
}

setInterval(() => look().catch(() => {}), EVERY);
