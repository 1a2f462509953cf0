// Comfort for the staff's desk; every step works without it.
'use strict';


// A step is taken once: a second press while the first is on its way does nothing.
for (const form of document.querySelectorAll('form.act')) {
  let sent = false;
  form.addEventListener('submit', (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener('pageshow', () => { sent = false; });
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
