// One press sends a form once, the button says so, and lets go again: after an answer that never came, after a stop,
// on the way back. The server takes nothing twice, so a second press does no harm; a dead button would.
(() => {
  "use strict";
  const words = document.currentScript.dataset;
  const PATIENCE = 8000; // milliseconds
  let sent = null; // what is on its way: the button, its own words, the clock

  const status = document.createElement("p");
  status.className = "sending small";
  status.setAttribute("role", "status");

  const release = (late) => {
    if (!sent) return;
    clearTimeout(sent.clock);
    if (sent.button) {
      sent.button.replaceChildren(...sent.words);
      sent.button.removeAttribute("aria-disabled");
    }
    status.textContent = late && !sent.file ? words.again : "";
    sent = null;
  };

  // the key Enter presses a button that nobody sees: the form's own says that it is sent
  const shown = (pressed, form) =>
    pressed?.classList.contains("enter-key") ? [...form.elements].find((each) => each.type === "submit" && form.contains(each)) : pressed;

  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || (event.submitter?.formMethod || event.target.method) !== "post") return;
    if (sent) {
      event.preventDefault();
      return;
    }
    const button = shown(event.submitter, event.target);
    sent = { button, words: button ? [...button.childNodes] : [], file: "file" in event.target.dataset };
    sent.clock = setTimeout(() => release(true), PATIENCE);
    if (!button) return;
    const busy = button.dataset.busy || words.busy;
    (button.closest(".actions, .bar-in, .buttons") || button).after(status);
    status.textContent = busy;
    // what a button is called goes with the form; what it says may change
    button.textContent = busy;
    button.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => release(false));
  // where the browser tells that the way was broken off: at once
  window.navigation?.addEventListener?.("navigateerror", () => release(true));
})();
