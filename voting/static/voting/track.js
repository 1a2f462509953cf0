// The link and the QR code of a proposal carry its code behind the #, which no server sees; it is moved into the form,
// taken out of the address and the history, and the form is sent.
'use strict';

function take() {
  const form = document.getElementById('track');
  const carried = location.hash.slice(1);
  if (!form || !/^[0-9A-Za-z-]{12,20}$/.test(carried)) return;
  history.replaceState(null, '', location.pathname);
  form.elements.code.value = carried;
  form.requestSubmit();
}

take();
window.addEventListener('hashchange', take);
