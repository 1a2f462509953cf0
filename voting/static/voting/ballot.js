// The ballot with JavaScript: the count is announced, too many marks are said at once, one tap sends one form.
// Without it everything works: CSS counts the marks, the server says the rest.
(() => {
  "use strict";
  const form = document.getElementById("ballot");
  if (!form) return;

  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  // back from the review or out of the browser's memory: the form may be sent again
  window.addEventListener("pageshow", () => { sent = false; });

  const bar = document.getElementById("bar");
  if (!bar) return;
  const status = bar.querySelector("[role=status]");
  const note = bar.querySelector(".over-note");
  const most = Number(status.dataset.most);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);

  const count = (announce) => {
    const marked = form.querySelectorAll(".cell input:checked").length;
    const over = marked - most;
    bar.classList.toggle("over", over > 0);
    note.hidden = over <= 0;
    note.textContent = over > 0 ? fill(status.dataset.over, { over }) : "";
    if (announce) {
      status.textContent = fill(status.dataset.said, { n: marked, most }) + (over > 0 ? " " + note.textContent : "");
    }
  };
  form.addEventListener("change", () => count(true));
  window.addEventListener("pageshow", () => count(false));
  count(false);
})();
