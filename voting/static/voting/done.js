// "Back" from the end page would ask to send the ballot again; the ballot is cast, and the page stays. The next person
// on this device finds no marks in the tab.
'use strict';

try { sessionStorage.removeItem('marks'); } catch { /* the browser keeps nothing */ }

history.pushState(null, '', location.href);
window.addEventListener('popstate', () => history.pushState(null, '', location.href));
