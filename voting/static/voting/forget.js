// A ballot of this delegate is in the urn, whoever said so: the next person on this device finds no marks in the tab.
'use strict';

try { sessionStorage.removeItem('marks'); } catch { /* the browser keeps nothing */ }
