// "Back" from the end page would ask to send the ballot again; the ballot is cast, and the page stays.
'use strict';

history.pushState(null, '', location.href);
window.addEventListener('popstate', () => history.pushState(null, '', location.href));
