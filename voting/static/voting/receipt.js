// The receipt's QR code carries it behind the #, which no server sees; it is moved into the form and out of the address.
'use strict';

const field = document.getElementById('id_receipt');
const carried = decodeURIComponent(location.hash.slice(1));
if (field && carried && /^[0-9A-Za-z -]{20,80}$/.test(carried)) {
  field.value = carried;
  history.replaceState(null, '', location.pathname);
  document.querySelector('#receipt button').focus();
}
