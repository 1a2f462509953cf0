// 朗读: a dossier is read aloud, sentence by sentence, each in its own language. The button appears only where the browser
// has a voice of its own: a voice that lives on somebody's server would be told what is read.
(() => {
  "use strict";
  const voice = window.speechSynthesis;
  const buttons = [...document.querySelectorAll("[data-speak]")];
  if (!voice || !buttons.length) return;
  let reading = null;

  const family = (code) => code.toLowerCase().split(/[-_]/)[0];
  const own = (code) => voice.getVoices().find((each) => each.localService && family(each.lang) === family(code));
  // what is read, a line for every paragraph and every change of language: [words, language]
  const lines = (button) => {
    const place = document.getElementById(button.dataset.speak), found = [];
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    let last = null;
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement, words = walker.currentNode.data.replace(/\s+/g, " ").trim();
      const code = parent.closest("[lang]").lang, block = parent.closest("dt, dd, p, li");
      if (!words) continue;
      if (last && last.block === block && last.line[1] === code) last.line[0] += ` ${words}`;
      else found.push((last = { block, line: [words, code] }).line);
    }
    return found;
  };
  const stop = () => {
    if (reading) {
      reading.textContent = reading.dataset.start;
    }
    reading = null;
    voice.cancel();
  };
  const start = (button) => {
    stop();
    reading = button;
    button.textContent = button.dataset.stop;
    const readable = lines(button).filter(([, code]) => own(code));
    readable.forEach(([words, code], place) => {
      const utterance = new SpeechSynthesisUtterance(words);
      utterance.voice = own(code);
      utterance.lang = utterance.voice.lang;
      utterance.rate = 0.9;
      if (place === readable.length - 1) utterance.onend = () => { if (reading === button) stop(); };
      utterance.onerror = () => { if (reading === button) stop(); };
      voice.speak(utterance);
    });
  };
  const show = () => {
    for (const button of buttons) button.hidden = !lines(button).some(([, code]) => own(code));
  };

  for (const button of buttons) {
    button.dataset.start = button.textContent.trim();
    button.addEventListener("click", () => (reading === button ? stop() : start(button)));
  }
  show();
  voice.addEventListener?.("voiceschanged", show);
  window.addEventListener("pagehide", stop);
})();
