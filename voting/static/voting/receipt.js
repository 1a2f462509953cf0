// The receipt's QR code carries it behind the #, which no server sees; it is moved into the form and out of the address.
'use strict';

function take() {
  const field = document.getElementById('id_receipt');
  const carried = location.hash.slice(1);
  if (!field || !/^[0-9A-Za-z-]{20,80}$/.test(carried)) return;
  field.value = carried;
  history.replaceState(null, '', location.pathname);
  document.querySelector('#receipt button').focus();
}

take();
window.addEventListener('hashchange', take);
