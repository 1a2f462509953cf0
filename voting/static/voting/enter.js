// The slip's QR code carries "#number.code". The part after # never reaches a server, a log or a Referer header;
// it is read into the form and taken out of the address and the history at once.
(() => {
  "use strict";
  const number = document.getElementById("id_number");
  const code = document.getElementById("id_code");
  if (!number || !code) return;
  // The next person on this device finds no marks in the tab; who signs in again with a form of their own finds theirs.
  try {
    const kept = JSON.parse(sessionStorage.getItem("marks")), ticket = number.form.elements.ticket;
    if (!kept || !ticket || kept.ticket !== ticket.value) sessionStorage.removeItem("marks");
  } catch { /* the browser keeps nothing */ }
  const group = (digits) => digits.replace(/(\d{4})(?=\d)/g, "$1 ");

  const take = () => {
    const fragment = decodeURIComponent(window.location.hash.slice(1));
    const dot = fragment.lastIndexOf(".");
    if (dot < 1) return;
    number.value = fragment.slice(0, dot);
    code.value = group(fragment.slice(dot + 1).replace(/\D/g, ""));
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    document.querySelector("#enter [type=submit], #enter button").focus();
  };
  take();
  window.addEventListener("hashchange", take);

  code.addEventListener("input", () => {
    const digits = code.value.replace(/\D/g, "");
    if (code.selectionStart === code.value.length && /^[\d ]*$/.test(code.value)) code.value = group(digits);
  });
})();
